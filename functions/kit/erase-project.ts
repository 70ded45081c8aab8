import * as z from 'zod';
import { removeUnleased } from '../../adapters/dynamodb/deleted-projects.ts';
import { findDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { partitionsOfDocument, readDocuments } from '../../adapters/dynamodb/document-partitions.ts';
import { listErasable, partitionsOf } from '../../adapters/dynamodb/erasure-targets.ts';
import { findErasure } from '../../adapters/dynamodb/erasures.ts';
import {
  attachmentPrefix,
  counterKey,
  groupKey,
  projectKey,
  rateKey,
  storageKey,
} from '../../adapters/dynamodb/keys.ts';
import { lookupKeysOf } from '../../adapters/dynamodb/lookups.ts';
import { removeItem } from '../../adapters/dynamodb/remove-item.ts';
import { readPartition, type StoredItem } from '../../adapters/dynamodb/rewrites.ts';
import { findRun } from '../../adapters/dynamodb/runs.ts';
import { KeptSubmission } from '../../core/quarantine/submission.ts';
import type { Run } from '../../core/runs/run.ts';
import { RunScope } from '../../core/runs/scope.ts';
import { AttachmentRecord } from '../../core/uploads/attachment.ts';
import { removeBodies } from './erase-submission.ts';
import type { EraseDependencies } from './erase-target.ts';
import { mapAtOnce } from './map-at-once.ts';
import { patiently } from './patiently.ts';
import { emptyPlace } from './remove-object.ts';

type Outcome = 'erased' | 'busy';

/** Entries of a list that are looked at together. */
const listedAtOnce = 100;

const External = z.looseObject({ external: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) });
const Grouped = z.looseObject({ group: z.string(), origin: z.object({ key: z.string() }) });

/** Removes one thing of a deleted project that its run names, for good; what is gone already is done. */
export async function eraseOfProject(dependencies: EraseDependencies, run: Run, item: string): Promise<Outcome> {
  if (item === 'rest') return await eraseRest(dependencies, run);
  const [kind = '', ...rest] = item.split('/');
  const id = rest.join('/');
  const { table, largeBodies } = dependencies;
  const { project } = run;
  switch (kind) {
    // It goes on until everything else is gone.
    case 'run':
      return id === run.id ? 'erased' : await eraseRun(dependencies, project, id);
    case 'delivery': {
      const found = await patiently(dependencies, () => findDelivery(table, project, id));
      const { leaseUntil, request } = found?.delivery ?? {};
      if (leaseUntil !== undefined && Date.parse(leaseUntil) > dependencies.now()) return 'busy';
      if (request?.bodyAt !== undefined) await largeBodies.remove(request.bodyAt);
      break;
    }
    case 'endpoint':
      await erasePartition(dependencies, rateKey(id).pk, () => true);
      break;
  }
  const pks = partitionsOf(project, item);
  const isOurs = ({ type, project: whose }: StoredItem) => type !== 'activity' || whose === project;
  const outcomes = await mapAtOnce(pks, (pk) => erasePartition(dependencies, pk, isOurs));
  return outcomes.includes('busy') ? 'busy' : 'erased';
}

/** Removes a partition's items; last the one by which a list names it, so that what broke off is found again. */
async function erasePartition(
  dependencies: EraseDependencies,
  pk: string,
  isOurs: (item: StoredItem) => boolean,
): Promise<Outcome> {
  const named: StoredItem[] = [];
  let outcome: Outcome = 'erased';
  const remove = async (item: StoredItem) => {
    if ((await eraseItem(dependencies, item)) === 'busy') outcome = 'busy';
  };
  for await (const items of readPartition(dependencies.table, pk)) {
    const ours = items.filter(isOurs);
    named.push(...ours.filter((item) => 'listPk' in item));
    await mapAtOnce(
      ours.filter((item) => !('listPk' in item)),
      remove,
    );
  }
  if (outcome === 'erased') await mapAtOnce(named, remove);
  return outcome;
}

/** What an item stands for elsewhere goes before the item that names it. */
async function eraseItem(dependencies: EraseDependencies, item: StoredItem): Promise<Outcome> {
  const { table, bucket, now } = dependencies;
  if (item.sk.startsWith(attachmentPrefix)) {
    await emptyPlace(bucket, AttachmentRecord.parse(item));
  }
  if (item.type === 'rejected-submission') {
    await removeBodies(dependencies, KeptSubmission.parse(item));
  }
  if (item.type === 'ticket' || item.type === 'member') await eraseWaysTo(dependencies, item);
  const outcome = await patiently(dependencies, () => removeUnleased(table, item, now()));
  return outcome === 'removed' ? 'erased' : 'busy';
}

/** Removes the entries by which a record is found: by values from outside, and by the group of its reports. */
async function eraseWaysTo(dependencies: EraseDependencies, item: StoredItem): Promise<void> {
  const { table } = dependencies;
  const {
    project = '',
    id,
    email,
  } = z
    .looseObject({ project: z.string().optional(), id: z.string().optional(), email: z.string().optional() })
    .parse(item);
  const kind = item.type === 'ticket' ? 'ticket' : 'member';
  const record = (kind === 'ticket' ? id : email) ?? '';
  for (const key of lookupKeysOf({ project, kind, id: record }, External.parse(item).external)) {
    await patiently(dependencies, () => removeItem(table, key));
  }
  const grouped = Grouped.safeParse(item);
  if (!grouped.success) return;
  const { group, origin } = grouped.data;
  await patiently(dependencies, () => removeItem(table, groupKey(project, origin.key, group)));
}

/** Removes another run of the project, and the mark of the ticket or person that it erases. */
async function eraseRun(dependencies: EraseDependencies, project: string, id: string): Promise<Outcome> {
  const found = await patiently(dependencies, () => findRun(dependencies.table, { project, id }));
  const over = RunScope.safeParse(found?.over).data;
  if (over?.kind === 'erasure' && over.ticket !== undefined) {
    const [pk = ''] = partitionsOf(project, `ticket/${over.ticket}`);
    await erasePartition(dependencies, pk, () => true);
  }
  const erasure = await patiently(dependencies, () => findErasure(dependencies.table, { project, id }));
  if (erasure !== undefined) {
    const [pk = ''] = partitionsOf(project, `member/${erasure.email}`);
    await erasePartition(dependencies, pk, () => true);
  }
  const [pk = ''] = partitionsOf(project, `run/${id}`);
  return await erasePartition(dependencies, pk, () => true);
}

/** What came late, what documents lead to, and at last all that lies beside the project's pointer; the pointer itself stays. */
async function eraseRest(dependencies: EraseDependencies, run: Run): Promise<Outcome> {
  const { table } = dependencies;
  const { project } = run;
  const now = await patiently(dependencies, () => findRun(table, run));
  if ((now?.open ?? 0) > 1) return 'busy';
  if (await eraseLate(dependencies, run)) return 'busy';
  const { pk, sk } = projectKey(project);
  const led = new Set<string>();
  for await (const document of readDocuments(table, project)) {
    for (const one of partitionsOfDocument(project, document)) led.add(one);
  }
  await mapAtOnce([...led], (one) => erasePartition(dependencies, one, () => true));
  const types = run.over.kind === 'erasure' ? (run.over.feedbackTypes ?? []) : [];
  const counted = [storageKey(project), ...types.map((type) => counterKey(project, type))];
  await mapAtOnce(counted, (key) => patiently(dependencies, () => removeItem(table, key)));
  return await erasePartition(dependencies, pk, (item) => item.sk !== sk);
}

/** Erases what the project's lists still name; whether there was anything. */
async function eraseLate(dependencies: EraseDependencies, run: Run): Promise<boolean> {
  if (run.over.kind !== 'erasure') return false;
  const over = { ...run.over, named: [] };
  let place: { list: number; after?: string | undefined } | undefined = { list: 0 };
  let any = false;
  while (place !== undefined) {
    const at = place;
    const { names, next } = await listErasable(dependencies.table, run.project, over, at, listedAtOnce);
    const late = names.filter((name) => name !== `run/${run.id}`);
    if (late.length > 0) any = true;
    await mapAtOnce(late, (name) => eraseOfProject(dependencies, run, name));
    place = next;
  }
  return any;
}
