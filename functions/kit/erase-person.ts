import * as z from 'zod';
import { cancelDelivery } from '../../adapters/dynamodb/cancellation.ts';
import { findDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { rewriteDocuments } from '../../adapters/dynamodb/document-rewrites.ts';
import { listLate, partitionsOf } from '../../adapters/dynamodb/erasure-targets.ts';
import { type Erasure, findErasure } from '../../adapters/dynamodb/erasures.ts';
import { findImport, readFile } from '../../adapters/dynamodb/imports.ts';
import { erasedMemberKey } from '../../adapters/dynamodb/keys.ts';
import { findSubmission } from '../../adapters/dynamodb/quarantine.ts';
import { removeItem } from '../../adapters/dynamodb/remove-item.ts';
import { type Rewritten, readPartition, rewriteItem, type StoredItem } from '../../adapters/dynamodb/rewrites.ts';
import { findRun } from '../../adapters/dynamodb/runs.ts';
import { addressReplacer, briefAddressReplacer, replaceDeep } from '../../core/erasure/replace-address.ts';
import { bodiesOf } from '../../core/quarantine/submission.ts';
import type { Run } from '../../core/runs/run.ts';
import { TemplatePart } from '../../core/templates/parts.ts';
import { removeBodies } from './erase-submission.ts';
import type { EraseDependencies } from './erase-target.ts';
import { mapAtOnce } from './map-at-once.ts';
import { patiently } from './patiently.ts';

type Outcome = 'erased' | 'busy';
type Replace = (text: string) => string;

const cancelled = 'the member was erased';

/** Replaces a person's address in one thing of the project that a run names; what nobody may know any more is done. */
export async function erasePerson(dependencies: EraseDependencies, run: Run, item: string): Promise<Outcome> {
  const erasure = await patiently(dependencies, () => findErasure(dependencies.table, run));
  if (erasure === undefined) return 'erased';
  const replace = addressReplacer(erasure);
  if (item === 'person') return await removePerson(dependencies, run.project, erasure);
  if (item !== 'late') return await replaceIn(dependencies, run.project, item, { erasure, replace });
  const now = await patiently(dependencies, () => findRun(dependencies.table, run));
  // What was made while others were at work may come of what they had not seen to yet.
  if ((now?.open ?? 0) > 1) return 'busy';
  const outcomes: Outcome[] = [];
  for await (const names of listLate(dependencies.table, run)) {
    outcomes.push(
      ...(await mapAtOnce(names, (name) => replaceIn(dependencies, run.project, name, { erasure, replace }))),
    );
  }
  return outcomes.includes('busy') ? 'busy' : 'erased';
}

/** What was kept of the member beside the record, and how the member was found; the mark keeps others away until the run is done. */
async function removePerson(dependencies: EraseDependencies, project: string, { email, lookups }: Erasure) {
  const { table } = dependencies;
  const mark = erasedMemberKey(project, email);
  for await (const items of readPartition(table, mark.pk)) {
    const old = items.filter(({ sk }) => sk !== mark.sk);
    await mapAtOnce(old, (item) => patiently(dependencies, () => removeItem(table, item)));
  }
  await mapAtOnce(lookups, (pk) => patiently(dependencies, () => removeItem(table, { pk, sk: email })));
  return 'erased' as const;
}

async function replaceIn(
  dependencies: EraseDependencies,
  project: string,
  item: string,
  { erasure, replace }: { erasure: Erasure; replace: Replace },
): Promise<Outcome> {
  const { table } = dependencies;
  const [kind = '', ...rest] = item.split('/');
  const id = rest.join('/');
  if (kind === 'delivery' && (await prepareDelivery(dependencies, project, id, { erasure, replace })) === 'busy') {
    return 'busy';
  }
  if (kind === 'submission' && (await namesPerson(dependencies, project, id, replace))) {
    for (const pk of partitionsOf(project, item)) await removeItem(table, { pk, sk: 'SUBMISSION' });
    return 'erased';
  }
  // The last bodies of an endpoint are sealed, and kept to look at for a while: none is worth a person's address.
  const goesWhole =
    kind === 'inspected' || (kind === 'import' && (await isImportOf(dependencies, project, id, replace)));
  if (goesWhole) {
    for (const pk of partitionsOf(project, item)) {
      for await (const items of readPartition(table, pk)) {
        await mapAtOnce(items, (one) => patiently(dependencies, () => removeItem(table, one)));
      }
    }
    return 'erased';
  }
  if (kind === 'project') await patiently(dependencies, () => rewriteDocuments(table, project, replace));
  const adapt = (one: Record<string, unknown>) => withoutRecipient(erasure, one);
  const outcomes = await mapAtOnce(partitionsOf(project, item), async (pk) => {
    let outcome: Outcome = 'erased';
    for await (const items of readPartition(table, pk)) {
      const ours = items.filter((one) => isOurs(one, project));
      const brief = briefAddressReplacer(erasure);
      const rewrite = async (one: StoredItem): Promise<Rewritten> => {
        const outcome = await rewriteItem(table, one, replace, adapt);
        return outcome === 'too-large' ? await rewriteItem(table, one, brief, adapt) : outcome;
      };
      const rewritten = await mapAtOnce(ours, (one) => patiently(dependencies, () => rewrite(one)));
      if (rewritten.includes('too-large')) throw new Error(`an item of ${kind} cannot be rewritten within its size`);
      if (rewritten.includes('changed-meanwhile')) outcome = 'busy';
    }
    return outcome;
  });
  return outcomes.includes('busy') ? 'busy' : 'erased';
}

/** What a run itself has to remember stays until it is done, and of an API key's activity what is another project's. */
function isOurs({ type, project }: StoredItem, ours: string): boolean {
  return type !== 'erasure' && (type !== 'activity' || project === ours);
}

/** An e-mail goes to the others that it is for. */
function withoutRecipient({ pseudonym }: Erasure, item: Record<string, unknown>): Record<string, unknown> {
  const { mail } = item;
  if (typeof mail !== 'object' || mail === null || !('to' in mail) || !Array.isArray(mail.to)) return item;
  const to: unknown[] = mail.to;
  return to.length > 1 ? { ...item, mail: { ...mail, to: to.filter((one) => one !== pseudonym) } } : item;
}

/** Nobody may be sending it; what is meant for the person alone is cancelled, and a body in S3 rewritten. */
async function prepareDelivery(
  dependencies: EraseDependencies,
  project: string,
  id: string,
  { erasure, replace }: { erasure: Erasure; replace: Replace },
): Promise<Outcome> {
  const { table, largeBodies, dueShards, deliveryRetentionDays, now } = dependencies;
  const found = await patiently(dependencies, () => findDelivery(table, project, id));
  if (found === undefined) return 'erased';
  const { delivery } = found;
  if (delivery.leaseUntil !== undefined && Date.parse(delivery.leaseUntil) > now()) return 'busy';
  const { target, mail, request } = delivery;
  const isTheirs =
    ('member' in target && target.member === erasure.email) ||
    (mail?.to.length === 1 && mail.to.some((address) => replace(address) !== address));
  if (delivery.outcome === 'pending' && isTheirs) {
    const options = { dueShards, deliveryRetentionDays, now: now() };
    await patiently(dependencies, () => cancelDelivery(table, delivery, { reason: cancelled }, options));
    return 'busy';
  }
  if (request?.bodyAt === undefined) return 'erased';
  const parts = await largeBodies.read(request.bodyAt);
  const replaced = z.array(TemplatePart).parse(replaceDeep(parts ?? [], replace));
  if (parts !== undefined && JSON.stringify(replaced) !== JSON.stringify(parts)) {
    await largeBodies.rewrite(request.bodyAt, replaced);
  }
  return 'erased';
}

/** Whether a file of members that came in pieces names the person: it would add them again. */
async function isImportOf({ table }: EraseDependencies, project: string, id: string, replace: Replace) {
  const held = await findImport(table, project, id);
  if (held === undefined) return false;
  const text = new TextDecoder().decode(await readFile(table, held));
  return replace(text) !== text;
}

/** Whether a rejected report, or what was put in its place, names the person: such a one is not kept. */
async function namesPerson(
  dependencies: EraseDependencies,
  project: string,
  id: string,
  replace: Replace,
): Promise<boolean> {
  const { table, largeBodies, now } = dependencies;
  const found = await findSubmission(table, project, id, now());
  if (found === undefined) return false;
  const bodies = await Promise.all(bodiesOf(found).map((body) => largeBodies.readKept(body)));
  const named = bodies.some((bytes) => {
    const text = new TextDecoder().decode(bytes ?? new Uint8Array());
    return replace(text) !== text;
  });
  if (named) await removeBodies(dependencies, found);
  return named;
}
