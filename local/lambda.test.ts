import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLambda } from './lambda.ts';

function lambdaOf(body: string, { timeoutSeconds = 10, environment = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-lambda-test-'));
  writeFileSync(
    join(folder, 'index.mjs'),
    `let calls = 0; export const handler = async (event, context) => { ${body} };`,
  );
  const lines: string[] = [];
  const lambda = createLambda(
    {
      module: pathToFileURL(join(folder, 'index.mjs')).href,
      exportName: 'handler',
      functionName: 'probe',
      functionArn: 'arn:probe',
      memoryMb: 32,
      timeoutSeconds,
      environment,
    },
    (line) => lines.push(line),
  );
  onTestFinished(async () => {
    await lambda.stop();
    rmSync(folder, { recursive: true });
  });
  return { ...lambda, lines };
}

describe('a local function', () => {
  test('answers with what its handler returns, as JSON would carry it', async () => {
    const { invoke } = lambdaOf('return { twice: event.n * 2, gone: undefined, at: new Date(0) };');
    expect(await invoke({ n: 21 })).toEqual({
      outcome: 'answered',
      payload: { twice: 42, at: '1970-01-01T00:00:00.000Z' },
    });
  });

  test('answers null where the handler returns nothing', async () => {
    expect(await lambdaOf('').invoke({})).toEqual({ outcome: 'answered', payload: null });
  });

  test('knows its own environment and nothing of this process', async () => {
    const { invoke } = lambdaOf('return { ...process.env };', { environment: { OWN: '1' } });
    expect(await invoke({})).toEqual({ outcome: 'answered', payload: { OWN: '1' } });
  });

  test('keeps an instance for the next event', async () => {
    const { invoke } = lambdaOf('calls += 1; return calls;');
    await invoke({});
    expect(await invoke({})).toEqual({ outcome: 'answered', payload: 2 });
  });

  test('handles two events at a time and lets the others wait', async () => {
    const body = `const now = { started: Date.now() }; await new Promise((done) => setTimeout(done, 50));
      return { ...now, ended: Date.now() };`;
    const { invoke } = lambdaOf(body);
    const done = await Promise.all([1, 2, 3].map(() => invoke({})));
    expect(done.every(({ outcome }) => outcome === 'answered')).toBe(true);
  });

  test('is told about its name and the time that is left', async () => {
    const { invoke } = lambdaOf('return [context.functionName, context.getRemainingTimeInMillis() > 1000];');
    expect(await invoke({})).toEqual({ outcome: 'answered', payload: ['probe', true] });
  });

  test.each([
    ['throws', 'throw new Error("on purpose");', 'on purpose'],
    ['exits', 'process.exit(3);', 'exit code 3'],
    ['rejects behind its back', 'Promise.reject(new Error("late")); await new Promise(() => {});', 'late'],
    ['loops for ever', 'for (;;) {}', 'Task timed out after 2 seconds'],
    ['never answers', 'await new Promise(() => {});', 'Task timed out after 2 seconds'],
    [
      'fills its memory',
      'const all = []; for (;;) all.push(new Array(100_000).fill(all.length));',
      'ERR_WORKER_OUT_OF_MEMORY|memory',
    ],
  ])('fails and lives on when the handler %s', async (_, trouble, reason) => {
    const timeoutSeconds = reason.includes('timed out') ? 2 : 10;
    const { invoke, lines } = lambdaOf(`if (event.well) return 'well'; ${trouble}`, { timeoutSeconds });
    const failed = await invoke({});
    expect(failed).toMatchObject({ outcome: 'failed', error: expect.stringMatching(reason) });
    expect(lines.join('\n')).toMatch(/"level":"ERROR"/);
    expect(await invoke({ well: true })).toEqual({ outcome: 'answered', payload: 'well' });
  });

  test('fails an event when its bundle cannot be loaded', async () => {
    const { invoke } = lambdaOf('}; throw new Error("at load"); const unused = () => {');
    expect(await invoke({})).toMatchObject({ outcome: 'failed', error: expect.stringMatching('at load') });
  });

  test('prints what the handler prints', async () => {
    const { invoke, lines } = lambdaOf('console.log("one"); console.error("two"); return 1;');
    await invoke({});
    await expect.poll(() => [...lines].sort()).toEqual(['one', 'two']);
  });
});
