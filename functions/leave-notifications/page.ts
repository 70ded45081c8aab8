import type { HttpReply } from '../kit/http.ts';

/** What the page says: whose e-mails, about which project, whether they are on, and the way to change that. */
export type NotificationsPage = { projectName: string; email: string; choice: 'on' | 'off'; capability: string };

/** Nothing is loaded and nothing runs; the address, by which the choice is made, goes nowhere else. */
const headers = {
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

/** The page on which a person turns their notifications off, or on again; its form posts to where the page came from. */
export function notificationsPage({ projectName, email, choice, capability }: NotificationsPage): HttpReply {
  const offer = choice === 'on' ? 'Turn them off' : 'Turn them on again';
  const action = new URLSearchParams({ c: capability, ...(choice === 'on' ? {} : { on: 'true' }) });
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>E-mails about tickets</title>
</head>
<body>
<h1>E-mails about tickets</h1>
<p>E-mails to <strong>${escaped(email)}</strong> about tickets that come to your teams in <strong>${escaped(projectName)}</strong> are <strong>${choice}</strong>.</p>
<form method="post" action="?${escaped(action.toString())}"><button>${offer}</button></form>
</body>
</html>
`;
  return { status: 200, headers, raw: { body, contentType: 'text/html; charset=utf-8' } };
}

/** A text as it may stand in HTML, attributes included. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
