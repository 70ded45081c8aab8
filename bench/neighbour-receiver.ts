import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

// A receiver with a thread of its own. It says when it has answered which delivery, after 100 ms, or never answers.

const answerMs = 100;

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const delivery = request.headers['webhook-id'];
    const hangs = request.url === '/hang';
    if (hangs) {
      parentPort?.postMessage({ delivery, hangs });
      return;
    }
    setTimeout(() => {
      response.end('ok');
      parentPort?.postMessage({ delivery, hangs, at: Date.now() });
    }, answerMs);
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()));
