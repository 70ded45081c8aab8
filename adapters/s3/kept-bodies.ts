import { maxInlineBytes } from '../../core/quarantine/bounds.ts';
import type { KeptBody } from '../../core/quarantine/submission.ts';
import { repeatCall } from '../http/repeat-call.ts';
import { type Exchange, isGone, refusal } from './signed-exchange.ts';

/** Bodies of rejected submissions, as they came: byte for byte. */
export type KeptBodies = {
  /** Stores a body that is too large for its item, under a name of its own; small ones stay with it. */
  keep: (name: string, bytes: Uint8Array) => Promise<KeptBody>;
  /** Reads a body; undefined where it is gone. */
  readKept: (body: KeptBody) => Promise<Uint8Array | undefined>;
};

/** The kept bodies of a bucket. */
export function keptBodies(exchange: Exchange): KeptBodies {
  return {
    async keep(name, bytes) {
      if (bytes.byteLength <= maxInlineBytes) return { inline: bytes };
      const objectKey = `bodies/quarantine/${name}`;
      return await repeatCall(`S3 refused PUT of ${objectKey}`, async () => {
        const response = await exchange('PUT', objectKey, bytes);
        const text = await response.text();
        if (!response.ok) return refusal(response.status, text);
        const version = response.headers.get('x-amz-version-id');
        const objectVersion = version === null ? {} : { objectVersion: version };
        return { outcome: 'done', value: { objectKey, ...objectVersion, bytes: bytes.byteLength } };
      });
    },
    async readKept(body) {
      if ('inline' in body) return body.inline;
      const { objectKey } = body;
      return await repeatCall(`S3 refused GET of ${objectKey}`, async () => {
        const response = await exchange('GET', objectKey);
        if (response.ok) return { outcome: 'done', value: new Uint8Array(await response.arrayBuffer()) };
        const text = await response.text();
        return isGone(text) ? { outcome: 'done', value: undefined } : refusal(response.status, text);
      });
    },
  };
}
