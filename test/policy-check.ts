import * as z from 'zod';

const Condition = z.union([
  z.tuple([z.literal('starts-with'), z.string().startsWith('$'), z.string()]),
  z.tuple([z.literal('content-length-range'), z.int(), z.int()]),
  z.record(z.string(), z.string()),
]);
const Policy = z.object({ expiration: z.iso.datetime(), conditions: z.array(Condition) });

/** Fields that a policy need not name (S3 API, "POST Policy", Conditions). */
const unnamed = ['x-amz-signature', 'file', 'policy'];

/** A form as it reaches S3: its fields, and the bytes of its file. */
export type SentForm = { bucket: string; fields: Readonly<Record<string, string>>; bytes: number; now: string };

/** What S3 would refuse a form for by its signed policy: nothing where all of it is inside (S3 API, "POST Policy"). */
export function findOutside({ bucket, fields, bytes, now }: SentForm): string[] {
  const policy = Policy.parse(JSON.parse(Buffer.from(fields.policy ?? '', 'base64').toString()));
  const sent = new Map(Object.entries({ bucket, ...fields }).map(([name, value]) => [name.toLowerCase(), value]));
  const named = new Set<string>(['bucket']);
  const outside: string[] = [];
  for (const condition of policy.conditions) {
    if (Array.isArray(condition) && condition[0] === 'content-length-range') {
      if (bytes < condition[1] || bytes > condition[2]) outside.push('size');
    } else if (Array.isArray(condition)) {
      const name = condition[1].slice(1).toLowerCase();
      named.add(name);
      if (sent.get(name)?.startsWith(condition[2]) !== true) outside.push(name);
    } else {
      for (const [name, value] of Object.entries(condition)) {
        named.add(name.toLowerCase());
        if (sent.get(name.toLowerCase()) !== value) outside.push(name.toLowerCase());
      }
    }
  }
  const extra = [...sent.keys()].filter((name) => !named.has(name) && !unnamed.includes(name));
  const late = now >= policy.expiration ? ['expiration'] : [];
  return [...outside, ...extra, ...late];
}
