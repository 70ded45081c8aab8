import type { Signature, SignaturePreset, SignatureScheme } from '../document/schema-signatures.ts';

/** What a scheme has unless it says otherwise. */
const plain = {
  digest: 'sha256',
  encoding: 'hex',
  message: ['body'],
  timestampUnit: 's',
  secretEncoding: 'text',
} satisfies Partial<SignatureScheme>;

/** How well-known senders sign; each could be written out in a document just as it stands here. */
export const presets: Readonly<Record<SignaturePreset, SignatureScheme>> = {
  // Standard Webhooks 1.0: a list, so that senders can rotate; asymmetric signatures (v1a) in it are passed over.
  'standard-webhooks': {
    ...plain,
    header: 'webhook-signature',
    separator: ' ',
    prefix: 'v1,',
    encoding: 'base64',
    message: ['id', '.', 'timestamp', '.', 'body'],
    timestampHeader: 'webhook-timestamp',
    idHeader: 'webhook-id',
    secretEncoding: 'base64',
    tolerance: '5m',
  },
  github: { ...plain, header: 'X-Hub-Signature-256', prefix: 'sha256=' },
  jira: { ...plain, header: 'X-Hub-Signature', prefix: 'sha256=' },
  slack: {
    ...plain,
    header: 'X-Slack-Signature',
    prefix: 'v0=',
    message: ['v0:', 'timestamp', ':', 'body'],
    timestampHeader: 'X-Slack-Request-Timestamp',
    tolerance: '5m',
  },
  zendesk: {
    ...plain,
    header: 'X-Zendesk-Webhook-Signature',
    encoding: 'base64',
    message: ['timestamp', 'body'],
    timestampHeader: 'X-Zendesk-Webhook-Signature-Timestamp',
    timestampUnit: 'iso',
    tolerance: '5m',
  },
  // Sentry sends a timestamp as well, but does not sign it.
  sentry: { ...plain, header: 'Sentry-Hook-Signature' },
  shippo: {
    ...plain,
    header: 'Shippo-Auth-Signature',
    separator: ',',
    prefix: 'v1=',
    message: ['timestamp', '.', 'body'],
    timestampHeader: 'Shippo-Auth-Signature',
    timestampPrefix: 't=',
    tolerance: '5m',
  },
  // Version 3. Which characters are decoded is said in HubSpot's "Validating requests".
  hubspot: {
    ...plain,
    header: 'X-HubSpot-Signature-v3',
    encoding: 'base64',
    message: ['method', 'url', 'body', 'timestamp'],
    urlDecodes: ":/?@!$'()*,;",
    timestampHeader: 'X-HubSpot-Request-Timestamp',
    timestampUnit: 'ms',
    tolerance: '5m',
  },
  linear: { ...plain, header: 'Linear-Signature' },
};

/** The scheme that a document names or writes out. */
export function readScheme({ scheme }: Pick<Signature, 'scheme'>): SignatureScheme {
  return typeof scheme === 'string' ? presets[scheme] : scheme;
}
