import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressIn, ipv4Text, ipv6Texts, readRange } from './ranges-for-tests.ts';
import { answerOf, openClient, requestTo, startRawReceiver, startReceiver } from './receiver-for-tests.ts';
import { pinnedLookup } from './vetted-host.ts';

/** A client as in the cloud, and the names it asked for; each resolves to `address`. */
function openStrictClient(address: string) {
  const asked: string[] = [];
  const client = openClient({
    allowHttp: false,
    allowedCidrs: [],
    resolve: async (name) => {
      asked.push(name);
      return [{ address, family: address.includes(':') ? 6 : 4 }];
    },
  });
  return { client, asked };
}

const everyEighth = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, place) => `${first + place}.0.0.0/8`);

describe('known gaps of other guards as regressions', () => {
  test.each([
    ['225-239/4', everyEighth(225, 239)],
    ['241-255/4', everyEighth(241, 255)],
    ['Teredo', ['2001::/32']],
    ['fec0::/10', ['fec0::/10']],
    ['IPv4-compatible `::a.b.c.d`', ['::/96']],
    ['64:ff9b::/96', ['64:ff9b::/96']],
    ['2002::/16', ['2002::/16']],
    ['ff00::/8', ['ff00::/8']],
  ])('%s: blocked as a URL without a question to the resolver, and as what a name resolves to', async (_, cidrs) => {
    for (const cidr of cidrs) {
      const numbers = fc.sample(addressIn(readRange(cidr)), { numRuns: 5, seed: 3 });
      for (const text of numbers.flatMap((number) => (cidr.includes(':') ? ipv6Texts(number) : [ipv4Text(number)]))) {
        const { client, asked } = openStrictClient(text);
        const literal = text.includes(':') ? `[${text}]` : text;
        const direct = await client.send(requestTo(`https://${literal}/`));
        expect(direct).toMatchObject({ outcome: 'failed', class: 'blocked' });
        expect(asked).toEqual([]);
        const byName = await client.send(requestTo('https://hooks.example/'));
        expect(byName).toMatchObject({ outcome: 'failed', class: 'blocked', address: text });
        client.close();
      }
    }
  });

  test('rebinding between check and connect: one question is asked, and the socket goes to the vetted address', async () => {
    const hosts: (string | undefined)[] = [];
    const { port, connections } = await startReceiver((request, response) => {
      hosts.push(request.headers.host);
      response.end('ok');
    });
    // 127.0.0.1 alone is allowed: it stands for a public address, 127.0.0.2 for a private one.
    const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.2'];
    const client = openClient({
      allowedCidrs: ['127.0.0.1/32'],
      resolve: async () => [{ address: answers.shift() ?? '', family: 4 }],
    });
    const url = `http://rebind.example:${port}/`;
    expect(answerOf(await client.send(requestTo(url))).address).toBe('127.0.0.1');
    expect(answers).toHaveLength(2);
    expect(await client.send(requestTo(url))).toMatchObject({ class: 'blocked', address: '127.0.0.2' });
    expect(answers).toHaveLength(1);
    expect(hosts).toEqual([`rebind.example:${port}`]);
    expect(connections).toHaveLength(1);
  });

  test.each([true, false])(
    'rebinding: a socket that asks for a name (all: %s) is told what was vetted',
    async (all) => {
      const told: unknown[] = [];
      const vetted = [{ address: '93.184.215.14', family: 4 }];
      pinnedLookup(vetted)('rebind.example', { all }, (...answer) => told.push(answer));
      expect(told).toEqual([all ? [null, vetted] : [null, '93.184.215.14', 4]]);
    },
  );

  test('body read outside the timeout: an answer whose body never ends is given up at the deadline', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf');
    });
    const exchange = await openClient().send(requestTo(receiver.origin, { timeoutMs: 150 }));
    expect(exchange).toMatchObject({
      outcome: 'failed',
      class: 'timeout',
      message: 'no complete answer within 0.15 s',
    });
    await Promise.all(receiver.closed);
  });
});
