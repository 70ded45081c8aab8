import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GetCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { listPieces, MemberImport, type Piece } from '../../core/people/member-import.ts';
import type { Run } from '../../core/runs/run.ts';
import { batchGet } from './batch-get.ts';
import { importKey, importListKey, importPartKey } from './keys.ts';
import { newRunItem } from './runs.ts';
import { failedConditions, isConditionFailure, type Table } from './table.ts';

/** How long a file and its pieces are kept, in seconds: 7 days, as its run is. */
const keptSeconds = 7 * 24 * 60 * 60;
/** Bytes of a compressed piece in one item, well below DynamoDB's 400 KB. */
const maxPartBytes = 300_000;

const StoredPart = z.looseObject({ sk: z.string(), bytes: z.instanceof(Uint8Array) });

/** Opens an import: pieces of its file can be sent from now on. */
export async function addImport(table: Table, opened: MemberImport): Promise<void> {
  const { project, id, createdAt } = opened;
  const keys = { ...importKey(project, id), ...importListKey(project, createdAt, id) };
  const Item = { ...keys, ...opened, ...dated(opened, 'import'), listed: {} };
  try {
    await table.client.send(
      new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
  } catch (error) {
    // Ids are given once: what is in the way is ours, of a try whose answer was lost.
    if (!isConditionFailure(error)) throw error;
  }
}

/** Reads an import, consistently; undefined where there is none in this project. */
export async function findImport(table: Table, project: string, id: string): Promise<MemberImport | undefined> {
  const Key = importKey(project, id);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
  return Item === undefined ? undefined : MemberImport.parse(Item);
}

/** Stores a piece, in place of the one that was sent before under its number, as long as the import is not started. */
export async function storePiece(
  table: Table,
  held: MemberImport,
  number: number,
  bytes: Uint8Array,
): Promise<'stored' | 'started'> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const packed = gzipSync(bytes);
  const parts = Math.max(1, Math.ceil(packed.length / maxPartBytes));
  for (let part = 0; part < parts; part += 1) {
    const slice = packed.subarray(part * maxPartBytes, (part + 1) * maxPartBytes);
    const key = importPartKey(held.project, held.id, { number, hash: sha256 }, part);
    const Item = { ...key, bytes: slice, ...dated(held, 'import-part') };
    try {
      await table.client.send(
        new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      // The same bytes were sent before.
      if (!isConditionFailure(error)) throw error;
    }
  }
  const piece: Piece = { bytes: bytes.byteLength, sha256, parts };
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: importKey(held.project, held.id),
        UpdateExpression: 'SET pieces.#number = :piece',
        ConditionExpression: 'attribute_exists(pk) AND #state = :open',
        ExpressionAttributeNames: { '#number': String(number), '#state': 'state' },
        ExpressionAttributeValues: { ':piece': piece, ':open': 'open' },
      }),
    );
    return 'stored';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'started';
  }
}

/** Reads the whole file: its pieces one after another. */
export async function readFile(table: Table, held: MemberImport): Promise<Uint8Array> {
  const pieces = listPieces(held).map(({ number, sha256, parts }) =>
    Array.from({ length: parts }, (_, part) => importPartKey(held.project, held.id, { number, hash: sha256 }, part)),
  );
  const items = (await batchGet(table, pieces.flat())).map((item) => StoredPart.parse(item));
  const bytesOf = new Map(items.map(({ sk, bytes }) => [sk, bytes]));
  return Buffer.concat(
    pieces.map((keys) => gunzipSync(Buffer.concat(keys.map(({ sk }) => bytesOf.get(sk) ?? new Uint8Array())))),
  );
}

/** Stores the run of an import, once, if its pieces are those that the run was made of. */
export async function startImport(
  table: Table,
  held: MemberImport,
  run: Run,
  { dueShards, token }: { dueShards: number; token: string },
): Promise<'started' | 'changed-meanwhile'> {
  const update = {
    TableName: table.name,
    Key: importKey(held.project, held.id),
    UpdateExpression: 'SET #state = :started, #run = :run',
    ConditionExpression: '#state = :open AND pieces = :pieces',
    ExpressionAttributeNames: { '#state': 'state', '#run': 'run' },
    ExpressionAttributeValues: { ':started': 'started', ':open': 'open', ':run': run.id, ':pieces': held.pieces },
  };
  const TransactItems = [newRunItem(table, run, dueShards), { Update: update }];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }));
    return 'started';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed === undefined) throw error;
    // Ids are given once: a run that is in the way is ours, of a try whose answer was lost.
    return failed.includes(0) ? 'started' : 'changed-meanwhile';
  }
}

function dated({ createdAt }: MemberImport, type: string) {
  return { type, version: 1, expiresAt: Math.floor(Date.parse(createdAt) / 1000) + keptSeconds };
}
