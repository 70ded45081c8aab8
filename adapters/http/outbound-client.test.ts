import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createOutboundClient } from './outbound-client.ts';
import { answerOf, openClient, requestTo, startReceiver } from './receiver-for-tests.ts';
import type { ResolvedAddress } from './vetted-host.ts';

const ipv4 = (address: string): ResolvedAddress => ({ address, family: 4 });
const ipv6 = (address: string): ResolvedAddress => ({ address, family: 6 });

/** A client as in the cloud: https alone, no exceptions, names resolved to what the test says. */
function openStrictClient(...addresses: ResolvedAddress[]) {
  return openClient({ allowHttp: false, allowedCidrs: [], resolve: async () => addresses });
}

/** A receiver that counts, to prove that nothing reached it. */
async function startCounter() {
  const seen: string[] = [];
  const receiver = await startReceiver((request, response) => {
    seen.push(`${request.headers.host}${request.url}`);
    response.end('ok');
  });
  return { ...receiver, seen };
}

describe('an address in a URL', () => {
  test.each([
    ['https://169.254.169.254/', 'the address is refused: 169.254.169.254, and it is a link-local address'],
    ['https://127.0.0.1/', 'the address is refused: 127.0.0.1, and it is a loopback address'],
    ['https://2130706433/', 'the address is refused: 127.0.0.1, and it is a loopback address'],
    ['https://0x7f.1/', 'the address is refused: 127.0.0.1, and it is a loopback address'],
    ['https://0177.0.0.1/', 'the address is refused: 127.0.0.1, and it is a loopback address'],
    ['https://127.0.0.1./', 'the address is refused: 127.0.0.1, and it is a loopback address'],
    ['https://１２７.０.０.１/', 'the address is refused: 127.0.0.1, and it is a loopback address'],
    ['https://0/', 'the address is refused: 0.0.0.0, and it is an unspecified address'],
    ['https://[::1]/', 'the address is refused: ::1, and it is a loopback address'],
    ['https://[::ffff:127.0.0.1]/', 'the address is refused: ::ffff:7f00:1, and it is an IPv4-mapped address'],
    ['https://[fd00:ec2::254]/', 'the address is refused: fd00:ec2::254, and it is a unique local address'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'the address is refused: 64:ff9b::a9fe:a9fe, and it is a NAT64 address'],
  ])('such as %s is blocked in whatever form it stands', async (url, message) => {
    expect(await openStrictClient().send(requestTo(url))).toMatchObject({
      outcome: 'failed',
      class: 'blocked',
      message,
    });
  });

  test('is reached without a name lookup where it is allowed', async () => {
    const { origin, seen } = await startCounter();
    const client = openClient({ resolve: () => Promise.reject(new Error('no name is to be looked up')) });
    expect(answerOf(await client.send(requestTo(origin))).status).toBe(200);
    expect(seen).toHaveLength(1);
  });
});

describe('a name', () => {
  test('that resolves to a private address is blocked', async () => {
    expect(await openStrictClient(ipv4('10.1.2.3')).send(requestTo('https://hooks.example/'))).toMatchObject({
      outcome: 'failed',
      class: 'blocked',
      message: 'the address is refused: hooks.example resolves to 10.1.2.3, and it is a private address',
      address: '10.1.2.3',
    });
  });

  test('is blocked where any one of its addresses is refused', async () => {
    const addresses = [ipv4('93.184.215.14'), ipv6('2606:4700::1111'), ipv6('::1')];
    expect(await openStrictClient(...addresses).send(requestTo('https://hooks.example/'))).toMatchObject({
      class: 'blocked',
      address: '::1',
    });
  });

  test.each(['', 'localhost', '10.0.0.1/8', 'fe80::1%lo'])('that resolves to %j is blocked', async (address) => {
    expect(await openStrictClient(ipv4(address)).send(requestTo('https://hooks.example/'))).toMatchObject({
      class: 'blocked',
    });
  });

  test('is resolved once, and the request goes to that answer even if the next one differs', async () => {
    const { port, seen } = await startCounter();
    const answers = [[ipv4('127.0.0.1')], [ipv4('127.0.0.2')]];
    const asked: string[] = [];
    const client = openClient({
      allowedCidrs: ['127.0.0.1/32'],
      resolve: async (name) => {
        asked.push(name);
        return answers.shift() ?? [];
      },
    });
    const answer = answerOf(await client.send(requestTo(`http://rebind.example:${port}/`)));
    expect(answer.address).toBe('127.0.0.1');
    expect(asked).toEqual(['rebind.example']);
    expect(seen).toEqual([`rebind.example:${port}/`]);
  });

  test('that moves to a refused address is blocked although a connection to it is still open', async () => {
    const { port, seen, connections } = await startCounter();
    const answers = [[ipv4('127.0.0.1')], [ipv4('127.0.0.1')], [ipv4('127.0.0.2')]];
    const client = openClient({ allowedCidrs: ['127.0.0.1/32'], resolve: async () => answers.shift() ?? [] });
    const url = `http://moving.example:${port}/`;
    expect(await client.send(requestTo(url))).toMatchObject({ outcome: 'answered' });
    expect(await client.send(requestTo(url))).toMatchObject({ outcome: 'answered' });
    expect(await client.send(requestTo(url))).toMatchObject({ class: 'blocked', address: '127.0.0.2' });
    expect(seen).toHaveLength(2);
    expect(connections).toHaveLength(1);
  });

  test('is tried at its next address where nobody listens at the first', async () => {
    const { port } = await startCounter();
    const client = openClient({ resolve: async () => [ipv4('127.0.0.2'), ipv4('127.0.0.1')] });
    expect(answerOf(await client.send(requestTo(`http://hooks.example:${port}/`))).address).toBe('127.0.0.1');
  });

  test('without any address fails as dns', async () => {
    expect(await openStrictClient().send(requestTo('https://hooks.example/'))).toMatchObject({
      class: 'dns',
      message: 'the name hooks.example has no address',
    });
  });

  test('that cannot be resolved fails as dns with the code of the reason', async () => {
    const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const client = openClient({ resolve: () => Promise.reject(notFound) });
    expect(await client.send(requestTo('http://hooks.example/'))).toMatchObject({
      class: 'dns',
      message: 'the name hooks.example could not be resolved (ENOTFOUND)',
    });
  });

  test('is resolved by the system where nothing else is given', async () => {
    const { port } = await startCounter();
    const client = openClient({ allowedCidrs: ['127.0.0.0/8', '::1/128'] });
    const exchanges = await Promise.all([1, 2, 3].map(() => client.send(requestTo(`http://localhost:${port}/`))));
    expect(exchanges.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'answered']);
  });
});

describe('a request that is refused', () => {
  test('never asks for a name', async () => {
    const client = openClient({ allowHttp: false, resolve: () => Promise.reject(new Error('asked')) });
    expect(await client.send(requestTo('http://hooks.example/'))).toMatchObject({ class: 'blocked' });
    const headers: [string, string][] = [['Host', 'internal.example']];
    expect(await client.send(requestTo('https://hooks.example/', { headers }))).toMatchObject({ class: 'blocked' });
  });
});

describe('a proxy named in the environment', () => {
  test('is not used', async () => {
    const proxy = await startCounter();
    const target = await startCounter();
    const script = `
      import { createOutboundClient } from ${JSON.stringify(new URL('./outbound-client.ts', import.meta.url).href)};
      const client = createOutboundClient({ allowHttp: true, allowedCidrs: ['127.0.0.0/8'], now: Date.now });
      const request = { method: 'GET', url: '${target.origin}', headers: [], timeoutMs: 5000 };
      console.log((await client.send(request)).status);
      client.close();`;
    const env = {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxy.origin,
      http_proxy: proxy.origin,
      ALL_PROXY: proxy.origin,
    };
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
    expect(stdout.trim()).toBe('200');
    expect(proxy.seen).toEqual([]);
    expect(target.seen).toHaveLength(1);
  });
});

describe('the settings', () => {
  test('stop the start where an exception is no CIDR', () => {
    const settings = { allowHttp: false, allowedCidrs: ['10.0.0.0'], now: () => 0 };
    expect(() => createOutboundClient(settings)).toThrow('"10.0.0.0" is not a CIDR');
  });
});
