/** The headers by which senders name a call, the same when they send it again (docs/http.md); the first that is there counts. */
const idHeaders = ['idempotency-key', 'webhook-id', 'x-github-delivery', 'x-atlassian-webhook-identifier'];

/** The name that a sender gave its call, with the header it stands in; `headers` has names in lower case. */
export function readCallId(headers: Readonly<Record<string, string>>): string | undefined {
  const header = idHeaders.find((name) => (headers[name] ?? '').trim() !== '');
  return header === undefined ? undefined : `${header}: ${headers[header]?.trim()}`;
}
