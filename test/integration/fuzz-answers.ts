import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';
import type { FuzzRequest } from './fuzz-requests.ts';

/** An answer as it goes over the wire, names of headers in lower case. */
export type FuzzAnswer = { status: number; headers: [name: string, value: string][]; body: Buffer };

// A function's answer may have 6 MB (AWS Lambda quota).
const maxAnswerBytes = 6_000_000;

const codes = [
  ...(['required', 'blank', 'invalid_type', 'invalid_choice', 'duplicate_choice', 'too_long', 'out_of_range'] as const),
  ...(['invalid_date', 'not_allowed', 'unknown_submitter', 'unknown_status', 'invalid_text'] as const),
];

/** The shape of every refusal of ours (docs/http.md, "Errors"). */
const Refusal = z.strictObject({
  status: z.int(),
  description: z.string().min(1),
  errors: z
    .array(
      z.strictObject({
        parameter: z.string(),
        code: z.literal(codes),
        message: z.string().min(1),
        allowed: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .optional(),
  quarantine: z.string().min(1).optional(),
});
/** What the gateway refuses itself. */
const GatewayRefusal = z.strictObject({ message: z.string().min(1) });

/** What is wrong with an answer by the contract; undefined where nothing is. */
export function faultOf({ method, headers: sent }: FuzzRequest, answer: FuzzAnswer): string | undefined {
  const { status, body } = answer;
  const headers = new Map(answer.headers);
  const isKnown = status === 304 && sent.some(([name]) => name === 'if-none-match');
  if (!isKnown && !(status >= 200 && status < 300) && !(status >= 400 && status < 500))
    return `the status is ${status}`;
  const badHeader = answer.headers.find(([name, value]) => !isHeader(name, value));
  if (badHeader !== undefined) return `${JSON.stringify(badHeader)} is no header`;
  if (body.length > maxAnswerBytes) return `the answer has ${body.length} bytes`;
  if (status === 204 || status === 304) return body.length === 0 ? undefined : `a ${status} has a body`;
  if (status === 405 && !headers.get('allow')) return 'a 405 does not say what is allowed';
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
  if (method === 'HEAD') return undefined;
  if (!isJson) return status < 300 ? undefined : 'the refusal is not JSON';
  const fault = textFault(body);
  if (fault !== undefined || status < 300) return fault;
  const json: unknown = JSON.parse(body.toString('utf8'));
  if (GatewayRefusal.safeParse(json).success) return undefined;
  const refusal = Refusal.safeParse(json);
  if (!refusal.success) return `the refusal has another shape: ${refusal.error.message}`;
  if (refusal.data.status !== status) return `the refusal says ${refusal.data.status}, its status is ${status}`;
  return headers.has('x-request-id') ? undefined : 'the refusal has no x-request-id';
}

/** Whether a body is JSON in UTF-8 whose texts can be read by everybody. */
function textFault(body: Buffer): string | undefined {
  try {
    let fault: string | undefined;
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body), (name, value: unknown) => {
      const texts = typeof value === 'string' ? [name, value] : [name];
      if (!texts.every((text) => text.isWellFormed())) fault = 'a text of the answer is not well-formed Unicode';
      return value;
    });
    return fault;
  } catch (error) {
    return `the body is not JSON: ${error}`;
  }
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
