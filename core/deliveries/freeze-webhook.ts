import type { WebhookAction } from '../document/schema.ts';
import { type CompiledTemplate, compileTemplate } from '../templates/compile.ts';
import { encodeForm } from '../templates/encode.ts';
import type { Rendered, TemplatePart } from '../templates/parts.ts';
import { renderTemplate } from '../templates/render.ts';
import type { TagScope } from '../templates/tag-scope.ts';
import type { TagValues, TemplateContext } from '../templates/template.ts';
import type { Delivery, FrozenRequest } from './delivery.ts';
import { authParts, freezeAuth, type Render } from './freeze-auth.ts';
import { freezeSuccess } from './freeze-success.ts';
import { maxBodyBytes } from './large-body.ts';

/** Largest rendered URL and headers together, in bytes: more than servers take, and it keeps an item below 350 KB. */
const maxHeadBytes = 65_536;

/** The terms of a delivery: what counts as success, and how it gives way to others. */
type DeliveryTerms = Pick<Delivery, 'success' | 'latestOnly' | 'maxPerSecond' | 'urlHasTag'>;

/** A webhook rendered for one target, or why it cannot be sent. */
export type FrozenWebhook =
  | { outcome: 'frozen'; request: FrozenRequest; terms: DeliveryTerms }
  | { outcome: 'failed'; reason: string };

/** Templates are compiled once per loaded document; rendering then is a loop over segments. */
const compiled = new WeakMap<WebhookAction, Map<string, CompiledTemplate>>();

/** Renders a webhook's URL, headers and body, with secrets still as names. */
export function freezeWebhook(action: WebhookAction, scope: TagScope, values: TagValues): FrozenWebhook {
  const render = (place: string, text: string, context: TemplateContext) =>
    renderOnce(action, scope, values, place, text, context);
  const url = render('url', action.url, 'url');
  if (url.outcome === 'failed') return url;
  const headers: [string, TemplatePart[]][] = [];
  for (const [name, template] of Object.entries(action.headers)) {
    const value = render(`header ${name}`, template, 'header');
    if (value.outcome === 'failed') return value;
    headers.push([name, value.parts]);
  }
  const body = renderBody(action, render);
  if (body.outcome === 'failed') return body;
  if (body.parts !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['Content-Type', [{ text: mediaType(action.contentType) }]]);
  }
  const signIn = action.auth === undefined ? undefined : freezeAuth(action.auth, render);
  if (signIn?.outcome === 'failed') return signIn;
  const request: FrozenRequest = {
    method: action.method,
    url: url.parts,
    headers,
    ...(body.parts === undefined ? {} : { body: body.parts }),
    timeoutMs: action.timeoutSeconds * 1_000,
    ...(signIn === undefined ? {} : { auth: signIn.auth }),
    ...(action.sign === undefined ? {} : { sign: action.sign }),
  };
  return limitSize(request, freezeTerms(action, scope, values));
}

/** A PUT or PATCH says how things are, so that a late one would overwrite what is newer. */
function freezeTerms(action: WebhookAction, scope: TagScope, values: TagValues): DeliveryTerms {
  const latestOnly = action.latestOnly ?? (action.method === 'PUT' || action.method === 'PATCH');
  return {
    ...(action.success === undefined ? {} : { success: freezeSuccess(action.success, scope, values) }),
    ...(latestOnly ? { latestOnly } : {}),
    ...(action.maxPerSecond === undefined ? {} : { maxPerSecond: action.maxPerSecond }),
    ...(dependsOnTarget(compiled.get(action)?.get('url')) ? { urlHasTag: true } : {}),
  };
}

function dependsOnTarget(url: CompiledTemplate | undefined): boolean {
  if (url?.outcome !== 'compiled') return false;
  return url.template.segments.some((segment) => segment.kind === 'tag' && !/^(?:var|project)\./.test(segment.path));
}

function limitSize(request: FrozenRequest, terms: DeliveryTerms): FrozenWebhook {
  const bodyBytes = countBytes(request.body ?? []);
  if (bodyBytes > maxBodyBytes) {
    return { outcome: 'failed', reason: `the body has ${bodyBytes} bytes; at most ${maxBodyBytes} can be sent` };
  }
  const headBytes = countBytes([
    ...request.url,
    ...request.headers.flatMap(([, parts]) => parts),
    ...authParts(request),
  ]);
  if (headBytes > maxHeadBytes) {
    const reason = `URL and headers have ${headBytes} bytes; at most ${maxHeadBytes} can be sent`;
    return { outcome: 'failed', reason };
  }
  return { outcome: 'frozen', request, terms };
}

function countBytes(parts: readonly TemplatePart[]): number {
  return parts.reduce((sum, part) => sum + ('text' in part ? Buffer.byteLength(part.text) : 0), 0);
}

/** How a text body of this content type is encoded: by JSON's rules, with XML escaping, or as it stands. */
export function bodyContext(contentType: string): TemplateContext {
  const type = (mediaType(contentType).split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  return type === 'text/xml' || type === 'application/xml' || type.endsWith('+xml') ? 'xml' : 'text';
}

function mediaType(contentType: string): string {
  if (contentType === 'json') return 'application/json';
  return contentType === 'form' ? 'application/x-www-form-urlencoded' : contentType;
}

type RenderedBody = { outcome: 'rendered'; parts: TemplatePart[] | undefined } | { outcome: 'failed'; reason: string };

function renderBody(action: WebhookAction, render: Render): RenderedBody {
  const { body } = action;
  if (body === undefined || action.method === 'GET') return { outcome: 'rendered', parts: undefined };
  if (typeof body === 'string') return render('body', body, bodyContext(action.contentType));
  const parts: TemplatePart[] = [];
  for (const [name, template] of Object.entries(body)) {
    const value = render(`body ${name}`, template, 'form');
    if (value.outcome === 'failed') return value;
    parts.push({ text: `${parts.length === 0 ? '' : '&'}${encodeForm(name)}=` }, ...value.parts);
  }
  return { outcome: 'rendered', parts };
}

function renderOnce(
  action: WebhookAction,
  scope: TagScope,
  values: TagValues,
  place: string,
  text: string,
  context: TemplateContext,
): Rendered {
  const templates = compiled.get(action) ?? new Map<string, CompiledTemplate>();
  compiled.set(action, templates);
  const template = templates.get(place) ?? compileTemplate(text, context, scope);
  templates.set(place, template);
  if (template.outcome === 'compiled') return renderTemplate(template.template, values);
  // Refused at apply time, so only a document stored by an older version can get here.
  return { outcome: 'failed', reason: template.problems.map(({ message }) => message).join('; ') };
}
