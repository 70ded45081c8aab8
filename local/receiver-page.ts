import { escaped, livePage } from './live-page.ts';
import type { ReceivedItem } from './receiver.ts';

/** The page that shows what came in, newest first. */
export function receiverPage(items: readonly ReceivedItem[]): string {
  return livePage('Received webhooks', items.length === 0 ? emptyState : items.map(article).join('\n'));
}

const emptyState = `<p>Nothing yet. Whatever is sent to an address below <code>/receiver</code> shows up here: what the
example project sends to Slack and Jira comes to <code>/receiver/slack</code> and <code>/receiver/jira</code>.</p>`;

function article({ at, method, path, headers, body }: ReceivedItem): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `<article>
<h2>${escaped(method)} ${escaped(path)}</h2>
<time>${escaped(at)}</time>
<details><summary>Headers</summary><pre>${escaped(lines.join('\n'))}</pre></details>
${body === '' ? '' : `<pre>${escaped(body)}</pre>`}
</article>`;
}
