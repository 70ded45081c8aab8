import fc from 'fast-check';
import { expect, inject, onTestFinished } from 'vitest';
import { startStack } from '../../local/stack.ts';
import { test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { faultOf } from './fuzz-answers.ts';
import { openFuzzGateway } from './fuzz-gateway.ts';
import { openHttp } from './fuzz-over-http.ts';
import { type FuzzRequest, fuzzRequest } from './fuzz-requests.ts';
import { prepareSurroundings, type Send } from './fuzz-surroundings.ts';

// Enough for npm test to see whether something broke; FUZZ_RUNS=10000 looks for what nobody has thought of.
const runs = Number(process.env.FUZZ_RUNS ?? 400);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
// Room for slow machines; a request takes some milliseconds.
const timeout = 60_000 + runs * 100;

test('whatever the functions are sent, they answer 2xx or 4xx as the contract has it', { timeout }, async ({
  engines,
}) => {
  await seedKeys(engines.table);
  const { project, keyOf } = await seedProject(engines.table, ({ externalSources }) => {
    for (const source of externalSources) source.keepRejected = true;
    const [crashLog] = externalSources;
    Object.assign(crashLog ?? {}, { group: { by: ['/device', 'severity', 'submitter'], add: 'occurrences' } });
  });
  const gateway = openFuzzGateway(engines);
  const keys = { mobile: keyOf('mobile'), web: keyOf('web'), jira: keyOf('jira') };
  const surroundings = await prepareSurroundings(gateway.send, { project, changing: `${project}-odd`, keys });
  const statuses = await fuzz(fuzzRequest(surroundings), gateway.send, runs, gateway.takeFaults);
  // Else nothing got far enough to find a fault.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 401, 403, 404]));
});

test('and so does the running stack over HTTP', { timeout }, async () => {
  const stack = await startStack({ assemblyDir: inject('assemblyDir') });
  onTestFinished(stack.stop);
  const { send, close } = openHttp(stack.localJson);
  onTestFinished(close);
  const { mobile = '', web = '', jira = '' } = stack.localJson.keys;
  const given = { project: 'apollo', changing: 'changing', keys: { mobile, web, jira } };
  const statuses = await fuzz(fuzzRequest(await prepareSurroundings(send, given)), send, Math.ceil(runs / 5), () => []);
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404]));
  expect((await fetch(`${stack.origin}/health`)).status).toBe(200);
});

/** Sends requests and gives the statuses that were answered; fails with the smallest whose answer breaks the contract. */
async function fuzz(
  requests: fc.Arbitrary<FuzzRequest>,
  send: Send,
  numRuns: number,
  takeFaults: () => string[],
): Promise<ReadonlySet<number>> {
  console.log(`fuzz: ${numRuns} requests, FUZZ_SEED=${seed}`);
  const statuses = new Set<number>();
  const property = fc.asyncProperty(requests, async (request) => {
    const answer = await send(request);
    statuses.add(answer.status);
    const fault = faultOf(request, answer);
    const logged = takeFaults();
    if (fault !== undefined) throw new Error([fault, ...describe(request), answer.body, ...logged].join('\n'));
  });
  const { failed, errorInstance } = await fc.check(property, { numRuns, seed });
  if (failed) throw errorInstance;
  return statuses;
}

function describe({ method, target, headers, body, caller }: FuzzRequest): string[] {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const length = `${body.length} bytes, as JSON.stringify(latin1) begins with:`;
  const start = JSON.stringify(body.subarray(0, 2_000).toString('latin1'));
  return [`${method} ${target}`, ...lines, `claims: ${JSON.stringify(caller)}`, length, start];
}
