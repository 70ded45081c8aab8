import { Failure } from '../failure.ts';

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]'];

/** The origin of an address that somebody gave; tokens go over https, or stay on this machine. */
export function readOrigin(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new Failure('misused', `'${address}' is no address such as https://feedback.example.com.`);
  }
  if (url.protocol === 'http:' && !loopbackHosts.includes(url.hostname)) {
    throw new Failure(
      'misused',
      `${url.origin} is not encrypted, and a token would be readable on the way: use https.`,
    );
  }
  return url.origin;
}

/** Whether an address is on this machine. */
export function isLoopback(address: string): boolean {
  return URL.canParse(address) && loopbackHosts.includes(new URL(address).hostname);
}
