import type { ReceivedItem } from './receiver.ts';

/** The page that shows what came in, newest first; it asks for itself every second. */
export function receiverPage(items: readonly ReceivedItem[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Received webhooks</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #16191f; }
  article { border: 1px solid #d5dbdb; border-radius: .5em; margin: 1em 0; padding: .8em 1em; }
  h2 { font-size: 1em; margin: 0; overflow-wrap: anywhere; }
  time, summary { color: #545b64; font-size: .9em; }
  pre { background: #f4f5f5; border-radius: .4em; padding: .8em; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5em 0 0; }
</style>
</head>
<body>
<h1>Received webhooks</h1>
<main>${items.length === 0 ? emptyState : items.map(article).join('\n')}</main>
<script>
  setInterval(async () => {
    if (document.querySelector('details[open]') || String(getSelection())) return;
    const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
    const shown = document.querySelector('main');
    if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  }, 1000);
</script>
</body>
</html>
`;
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

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
