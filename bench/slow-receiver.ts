import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

// A receiver with a thread of its own, so that what it does is not done in the sender's time. Each answer takes 100 ms.

const answerMs = 100;

const server = createServer((request, response) => {
  request.resume().once('end', () => setTimeout(() => response.end('ok'), answerMs));
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()));
