import { describe, expect, test } from 'vitest';
import { certificateForTests } from './certificate-for-tests.ts';
import { answerOf, openClient, requestTo, startReceiver, startSecureReceiver } from './receiver-for-tests.ts';

describe('TLS', () => {
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];

  test('with a certificate that nobody vouches for fails as tls', async () => {
    const receiver = await startSecureReceiver((_request, response) => {
      response.end();
    });
    expect(await openClient().send(requestTo(receiver.origin))).toMatchObject({
      outcome: 'failed',
      class: 'tls',
      message: 'no secure connection (DEPTH_ZERO_SELF_SIGNED_CERT)',
    });
  });

  test('with a certificate for another name fails as tls', async () => {
    const receiver = await startSecureReceiver((_request, response) => {
      response.end();
    });
    const client = openClient({ resolve, ca: certificateForTests.cert });
    expect(await client.send(requestTo(`https://other.example:${receiver.port}/`))).toMatchObject({
      outcome: 'failed',
      class: 'tls',
      message: 'no secure connection (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  });

  test('with a trusted certificate for the name works at the pinned address, and times its parts', async () => {
    const hosts: (string | undefined)[] = [];
    const receiver = await startSecureReceiver((request, response) => {
      hosts.push(request.headers.host);
      response.end('ok');
    });
    const client = openClient({ resolve, ca: certificateForTests.cert });
    const { address, timings } = answerOf(await client.send(requestTo(`https://hooks.example:${receiver.port}/`)));
    expect(address).toBe('127.0.0.1');
    expect(hosts).toEqual([`hooks.example:${receiver.port}`]);
    expect(Object.keys(timings).sort()).toEqual(['connectMs', 'dnsMs', 'firstByteMs', 'tlsMs', 'totalMs']);
  });

  test('with a receiver that speaks plain HTTP fails as tls', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.end();
    });
    const url = receiver.origin.replace('http:', 'https:');
    expect(await openClient().send(requestTo(url))).toMatchObject({ outcome: 'failed', class: 'tls' });
  });
});
