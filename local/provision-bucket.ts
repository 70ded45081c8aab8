import type * as z from 'zod';
import type { Bucket } from './known-resources.ts';
import { messageOf, StartError } from './start-error.ts';

type CorsRule = NonNullable<z.output<typeof Bucket.schema>['CorsConfiguration']>['CorsRules'][number];

/** Creates a bucket, unless it is there, and gives it its CORS rules. */
export async function provisionBucket(endpoint: string, name: string, rules: CorsRule[]): Promise<void> {
  try {
    await put(`${endpoint}/${name}`);
    if (rules.length > 0) await put(`${endpoint}/${name}?cors`, corsXml(rules));
  } catch (error) {
    throw new StartError(`The bucket cannot be made (${messageOf(error)}).`, { cause: error });
  }
}

async function put(url: string, body?: string): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body: body ?? null });
  const text = await response.text();
  // Making a bucket that is there already is a conflict.
  if (!response.ok && response.status !== 409) throw new Error(`status ${response.status}: ${text}`);
}

function corsXml(rules: CorsRule[]): string {
  const list = (tag: string, values: readonly (string | number)[] = []) =>
    values.map((value) => `<${tag}>${value}</${tag}>`).join('');
  const rule = ({ AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders, MaxAge }: CorsRule) =>
    [
      list('AllowedOrigin', AllowedOrigins),
      list('AllowedMethod', AllowedMethods),
      list('AllowedHeader', AllowedHeaders),
      list('ExposeHeader', ExposedHeaders),
      list('MaxAgeSeconds', MaxAge === undefined ? [] : [MaxAge]),
    ].join('');
  return `<CORSConfiguration>${rules.map((one) => `<CORSRule>${rule(one)}</CORSRule>`).join('')}</CORSConfiguration>`;
}
