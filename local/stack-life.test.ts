import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { writeAssembly } from './fake-assembly.ts';
import { bundles, resourcesWith } from './fake-functions.ts';
import {
  assemblyFor,
  patience,
  processesOn,
  put,
  received,
  start,
  startElsewhere,
  startServer,
  temporaryFolder,
} from './stack-harness.ts';

// Stacks start and stop in every test, on machines that do other things as well.
vi.setConfig({ testTimeout: 30_000 });

describe('the life of a local stack', () => {
  test('goes on after a restart where it was, on another port', async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir });
    await put(first, 'before');
    await vi.waitFor(async () => expect(await received(first, 'followed')).toEqual(['before']), patience);
    // Stopped between the record and its checkpoint it would rightly hand it over again.
    await vi.waitFor(() => expect(existsSync(join(dataDir, 'checkpoints.json'))).toBe(true), patience);
    await first.stop();

    const second = await start({ dataDir });
    expect(second.origin).not.toBe(first.origin);
    expect(second.localJson.oidc.clientSecret).toBe(first.localJson.oidc.clientSecret);
    await put(second, 'after');
    await vi.waitFor(async () => expect(await received(second, 'followed')).toEqual(['after']), patience);
  });

  test('leaves no process behind when it is killed, and loses nothing', async () => {
    const dataDir = temporaryFolder();
    const outside = await startServer();
    const assemblyDir = assemblyFor(outside.origin);
    const killed = await startElsewhere({ assemblyDir, dataDir });
    expect(processesOn(dataDir)).not.toEqual([]);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(keys.map((key) => put(killed, key)));
    killed.process.kill('SIGKILL');
    await vi.waitFor(() => expect(processesOn(dataDir)).toEqual([]), patience);

    await start({ assemblyDir, dataDir });
    await vi.waitFor(() => expect([...outside.keys].sort()).toEqual(keys), patience);
  });

  test('refuses a port that is taken, in one sentence', async () => {
    const { origin } = await start();
    const port = Number(new URL(origin).port);
    await expect(start({ port })).rejects.toThrow(
      `Port ${port} is in use; stop what listens there, or start with another --port.`,
    );
  });

  test('refuses a data directory that another stack is running on', async () => {
    const dataDir = temporaryFolder();
    await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(
      `Another local stack is running on ${dataDir}; stop it, or start with another --data-dir.`,
    );
  });

  test('refuses tables whose secret is gone', async () => {
    const dataDir = temporaryFolder();
    await (await start({ dataDir })).stop();
    rmSync(join(dataDir, 'secrets.json'));
    const refusal = 'not the secret that protects them (secrets.json)';
    await expect(start({ dataDir })).rejects.toThrow(refusal);
    await expect(start({ dataDir })).rejects.toThrow(refusal);
  });

  test('refuses tables that have other keys than the template', async () => {
    const dataDir = temporaryFolder();
    await (await start({ dataDir })).stop();
    const { Table, ...others } = resourcesWith('');
    const KeySchema = [{ AttributeName: 'other', KeyType: 'HASH' }];
    const changed = {
      ...others,
      Table: { Type: String(Table?.Type), Properties: { ...Table?.Properties, KeySchema } },
    };
    const assemblyDir = writeAssembly(changed, bundles);
    await expect(start({ dataDir, assemblyDir })).rejects.toThrow('has other keys or indexes than this version');
    rmSync(assemblyDir, { recursive: true });
  });

  test('takes away what an ephemeral start made, and only that', async () => {
    const dataDir = temporaryFolder();
    const kept = await start({ dataDir });
    await kept.stop();
    const ephemeral = await start({ dataDir, ephemeral: true });
    expect(JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'))).toEqual(ephemeral.localJson);
    await ephemeral.stop();
    expect(JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'))).toEqual(kept.localJson);
  });
});
