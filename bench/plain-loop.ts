import { Agent, request as openRequest } from 'node:http';

/** Posts a body and reads the answer, through Node's own client with connections that are kept. */
export type PlainPost = { post(url: string, body: string): Promise<void>; close(): void };

/** Makes the plainest client there is: no checks, no deadline, no cap. */
export function plainPost(connections: number): PlainPost {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const post = (url: string, body: string) =>
    new Promise<void>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const request = openRequest(url, { method: 'POST', agent, headers }, (response) => {
        response.on('error', reject).on('end', resolve).resume();
      });
      request.on('error', reject).end(body);
    });
  return { post, close: () => agent.destroy() };
}

/** Does a piece of work so many times, so many at once. */
export async function loop(times: number, atOnce: number, work: (time: number) => Promise<void>): Promise<void> {
  let next = 0;
  const line = async () => {
    while (next < times) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, line));
}
