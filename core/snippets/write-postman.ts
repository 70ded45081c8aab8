/** One call of a collection. */
export type PostmanCall = {
  name: string;
  description: string;
  /** The steps of its path, from the base. */
  path: readonly string[];
  /** What stands in `?find=`, where the record is named there. */
  find?: string | undefined;
  apiKey: string | undefined;
  body: object | undefined;
};

/** A collection of calls in folders, with the address and the keys as variables. */
export type PostmanSource = {
  name: string;
  baseUrl: string;
  variables: readonly { key: string; value: string }[];
  folders: readonly { name: string; calls: readonly PostmanCall[] }[];
};

/** Where the format is defined. */
const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** Writes a collection as Postman imports it (collection format 2.1.0). */
export function writePostman({ name, baseUrl, variables, folders }: PostmanSource) {
  const calls = folders.flatMap(({ calls }) => calls);
  const prefixes = [...new Set(calls.flatMap(({ apiKey }) => apiKey ?? []))];
  const keyOf = (prefix: string) => (prefixes.length > 1 ? `apiKey-${prefix}` : 'apiKey');
  const keys = prefixes.length > 1 ? prefixes.map((prefix) => ({ key: keyOf(prefix), value: '{{apiKey}}' })) : [];
  return {
    info: { name: plain(name), schema },
    item: folders.map((folder) => ({
      name: folder.name,
      item: folder.calls.map((call) => ({ name: plain(call.name), request: writeRequest(call, keyOf), response: [] })),
    })),
    variable: [{ key: 'baseUrl', value: baseUrl }, { key: 'apiKey', value: '' }, ...keys, ...variables],
  };
}

function writeRequest({ description, path, find, apiKey, body }: PostmanCall, keyOf: (prefix: string) => string) {
  const query = find === undefined ? [] : [{ key: 'find', value: find }];
  const key = apiKey === undefined ? [] : [{ key: 'X-Api-Key', value: `{{${keyOf(apiKey)}}}` }];
  return {
    method: 'POST',
    header: [...(body === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }]), ...key],
    url: {
      raw: `{{baseUrl}}/${path.join('/')}${find === undefined ? '' : `?find=${find}`}`,
      host: ['{{baseUrl}}'],
      path: [...path],
      ...(query.length === 0 ? {} : { query }),
    },
    ...(body === undefined
      ? {}
      : { body: { mode: 'raw', raw: writeBody(body), options: { raw: { language: 'json' } } } }),
    description: plain(description),
  };
}

/** Two braces begin a variable of Postman. In JSON they only ever stand within a text, where one may be escaped; ours stay. */
function writeBody(body: object): string {
  const escaped = JSON.stringify(body, null, 2).replaceAll('{{', '{\\u007b');
  return escaped.replaceAll(/"\{\\u007b(ticket|member)\}\}"/g, '"{{$1}}"');
}

function plain(text: string): string {
  return text.replaceAll('{{', '{ {');
}
