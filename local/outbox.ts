import type { Answerer } from './front-door.ts';
import { escaped, livePage } from './live-page.ts';
import type { SentMail } from './mail-store.ts';

/** Shows the e-mails that were sent: a page at /outbox, JSON at /outbox.json; false for any other request. */
export function createOutbox(mails: () => readonly SentMail[]): Answerer {
  return (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (path === '/outbox') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(outboxPage(mails()));
      return true;
    }
    if (path !== '/outbox.json') return false;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: mails() }));
    return true;
  };
}

function outboxPage(mails: readonly SentMail[]): string {
  return livePage('Outbox', mails.length === 0 ? emptyState : mails.map(article).join('\n'));
}

const emptyState = `<p>Nothing yet. E-mails that macros and notices send show up here; none of them leaves this machine.</p>`;

function article({ at, from, to, subject, text }: SentMail): string {
  return `<article>
<h2>${escaped(subject)}</h2>
<div class="addresses">${escaped(from)} to ${escaped(to.join(', '))}</div>
<time>${escaped(at)}</time>
<pre>${escaped(text)}</pre>
</article>`;
}
