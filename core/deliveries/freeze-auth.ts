import type { WebhookAction } from '../document/schema.ts';
import type { Rendered, TemplatePart } from '../templates/parts.ts';
import type { TemplateContext } from '../templates/template.ts';
import type { FrozenAuth } from './delivery.ts';

/** Renders one text of a webhook, named by its place, for the place it goes to. */
export type Render = (place: string, text: string, context: TemplateContext) => Rendered;

/** How a webhook proves who it is, rendered, or why it cannot be. */
type FrozenSignIn = { outcome: 'frozen'; auth: FrozenAuth } | { outcome: 'failed'; reason: string };

/** Renders what a webhook proves with who it is; secrets stay names, and tokens are fetched at each attempt. */
export function freezeAuth(auth: NonNullable<WebhookAction['auth']>, render: Render): FrozenSignIn {
  const texts = new Map<string, TemplatePart[]>();
  for (const [path, text, context] of listAuthTexts(auth)) {
    const place = path.join(' ');
    const rendered = render(`auth ${place}`, text, context);
    if (rendered.outcome === 'failed') return rendered;
    texts.set(place, rendered.parts);
  }
  return { outcome: 'frozen', auth: assemble(auth, (place) => texts.get(place) ?? []) };
}

/** A text of a sign-in that may hold tags: where it stands in `auth`, and what it is encoded for. */
type AuthText = [path: readonly string[], text: string, context: TemplateContext];

/** The texts of a sign-in that may hold tags, for checking and for rendering; form values are encoded when the form is made. */
export function listAuthTexts(auth: NonNullable<WebhookAction['auth']>): AuthText[] {
  switch (auth.kind) {
    case 'basic':
      return [
        [['username'], auth.username, 'text'],
        [['password'], auth.password, 'text'],
      ];
    case 'bearer':
      return [[['token'], auth.token, 'header']];
    case 'header':
      return [[['value'], auth.value, 'header']];
    case 'oauth2':
      return [
        [['tokenUrl'], auth.tokenUrl, 'url'],
        [['clientId'], auth.clientId, 'text'],
        [['clientSecret'], auth.clientSecret, 'text'],
        [['scope'], auth.scope ?? '', 'text'],
        ...Object.entries(auth.parameters).map(([name, text]): AuthText => [['parameters', name], text, 'text']),
      ];
  }
}

function assemble(auth: NonNullable<WebhookAction['auth']>, of: (place: string) => TemplatePart[]): FrozenAuth {
  switch (auth.kind) {
    case 'basic':
      return { kind: 'basic', username: of('username'), password: of('password') };
    case 'bearer':
      return { kind: 'bearer', token: of('token') };
    case 'header':
      return { kind: 'header', name: auth.name, value: of('value') };
    case 'oauth2':
      return {
        kind: 'oauth2',
        tokenUrl: of('tokenUrl'),
        clientId: of('clientId'),
        clientSecret: of('clientSecret'),
        ...(auth.scope === undefined ? {} : { scope: of('scope') }),
        parameters: Object.keys(auth.parameters).map((name) => [name, of(`parameters ${name}`)]),
        sendAs: auth.sendAs,
      };
  }
}

/** The parts of a request's sign-in, wherever they go. */
export function authParts({ auth }: { auth?: FrozenAuth | undefined }): TemplatePart[] {
  switch (auth?.kind) {
    case undefined:
      return [];
    case 'basic':
      return [...auth.username, ...auth.password];
    case 'bearer':
      return auth.token;
    case 'header':
      return auth.value;
    case 'oauth2':
      return [
        ...auth.tokenUrl,
        ...auth.clientId,
        ...auth.clientSecret,
        ...(auth.scope ?? []),
        ...auth.parameters.flatMap(([, parts]) => parts),
      ];
  }
}
