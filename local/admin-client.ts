/** An answer of the admin API. */
export type AdminAnswer = { status: number; etag: string | null; text: string };

/** Calls the admin API below /admin/v1 with a bearer token. */
export type AdminClient = (
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  options?: { json?: unknown; yaml?: string; ifMatch?: string },
) => Promise<AdminAnswer>;

/** Makes calls as the administrator. */
export function adminClient(origin: string, token: string): AdminClient {
  return async (method, path, { json, yaml, ifMatch } = {}) => {
    const response = await fetch(`${origin}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(yaml === undefined ? {} : { 'content-type': 'application/yaml' }),
      },
      body: yaml ?? (json === undefined ? null : JSON.stringify(json)),
    });
    return { status: response.status, etag: response.headers.get('etag'), text: await response.text() };
  };
}
