import { region } from './place.ts';

/** Calls one action of a local engine that speaks AWS's JSON protocol, and answers what it answers. */
export type AwsCall = (action: string, input: object, signal?: AbortSignal) => Promise<unknown>;

/** What an engine refused: `type` is AWS's name of the error, without its namespace. */
export class AwsRefusal extends Error {
  override name = 'AwsRefusal';
  readonly type: string;

  constructor(action: string, type: string, detail: string) {
    super(`${action} was refused with ${type}: ${detail}`);
    this.type = type;
  }
}

/** Makes calls to one engine; `target` is the service's name in `x-amz-target`. */
export function awsJson(endpoint: string, target: string, service: string): AwsCall {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    // The engines check no signature, but take the region from its scope.
    authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    'x-amz-date': '20260101T000000Z',
  };
  return async (action, input, signal) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'x-amz-target': `${target}.${action}` },
      body: JSON.stringify(input),
      signal: signal ?? null,
    });
    const text = await response.text();
    if (response.ok) return text === '' ? {} : JSON.parse(text);
    throw refusal(action, response.status, text);
  };
}

function refusal(action: string, status: number, text: string): AwsRefusal {
  const type = /"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"/.exec(text)?.[1];
  return new AwsRefusal(action, type ?? `status ${status}`, text.slice(0, 500));
}
