import * as z from 'zod';
import { environmentNames } from '../functions/environment.ts';
import { stages } from '../lib/settings.ts';
import { seedKeys, seedProject, type TestProject } from '../test/project.ts';
import { receiver } from '../test/receive.ts';
import { againstBar, type Figure, type Measured, withoutBar } from './figure.ts';
import { type Comparison, compare, interleave, type Repetition, subject, type Timed } from './interleave.ts';
import { openPlace, type Place } from './place.ts';
import { bareOperations, bareReceiver } from './receive-bare.ts';
import type { Setting } from './setting.ts';

const Answer = z.looseObject({ statusCode: z.literal(201), body: z.string() });
const Created = z.looseObject({ ticket: z.looseObject({ id: z.string() }) });

/** A report of 1 KB that no automation of the example matches. */
const report = JSON.stringify({
  summary: 'The map closes itself when I rotate the phone',
  description: 'It happens every time, since the last update. '.repeat(18),
  severity: 'Low',
  platforms: ['iOS'],
  device: { os: { version: '26.1' } },
});

/** Times receive-feedback, from the gateway's event to its answer, against a bare function that makes the same calls. */
export async function measureReceive({ assemblyDir, quick }: Setting): Promise<Figure[]> {
  const place = await openPlace(assemblyDir);
  await seedKeys(place.table);
  const withUploads = await seedProject(place.table);
  const plain = await seedProject(place.table, (document) => {
    for (const { fields } of document.externalSources) {
      delete fields.screenshot;
      delete fields['crash-log'];
    }
  });
  await assertSameCalls(place, plain);
  const configCacheSeconds = String(stages.prod.configCacheSeconds);
  place.enter('receive-feedback', { [environmentNames.configCacheSeconds]: configCacheSeconds });
  const { handler } = await import('../functions/receive-feedback/index.ts');
  const call = async (event: object): Promise<unknown> => await Reflect.apply(handler, undefined, [event, {}]);
  const { ticket } = Created.parse(JSON.parse(Answer.parse(await call(eventFor(plain))).body));
  const bare = subject('bare function', timed(await bareReceiver(place, plain.project, ticket.id)));
  const handled = subject('handler', timedCall(call, plain));
  const handledWithUploads = subject('handler with two uploads', timedCall(call, withUploads));
  const repetition = quick ? { warmUps: 60, rounds: 3, times: 60 } : { warmUps: 500, rounds: 7, times: 400 };
  await interleave([handled, bare, handledWithUploads], repetition);
  await place.stop();
  return [
    againstBar(describe('receive, overhead', compare(handled, bare), repetition), { atMost: 1.25, unit: 'x' }),
    withoutBar(describe('the same with two uploads signed', compare(handledWithUploads, bare), repetition)),
  ];
}

/** The comparison is worth nothing once the handler makes other calls than the bare function. */
async function assertSameCalls(place: Place, project: TestProject): Promise<void> {
  const { send } = receiver(place, project);
  await send(report);
  place.table.meter.read();
  await send(report);
  const { operations } = place.table.meter.read();
  if (operations.join() !== bareOperations.join()) {
    throw new Error(`a report makes the calls ${operations.join(', ')}: bench/receive-bare.ts has to follow`);
  }
}

function timedCall(call: (event: object) => Promise<unknown>, project: TestProject): Timed {
  return async () => {
    const event = eventFor(project);
    const startedAt = performance.now();
    const result = await call(event);
    const ms = performance.now() - startedAt;
    Answer.parse(result);
    return ms;
  };
}

function timed(run: () => Promise<void>): Timed {
  return async () => {
    const startedAt = performance.now();
    await run();
    return performance.now() - startedAt;
  };
}

function eventFor({ project, keyOf }: TestProject): object {
  return {
    routeKey: 'POST /api/v1/projects/{project}/feedback/{source}',
    rawPath: `/api/v1/projects/${project}/feedback/appcrashlog`,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'x-api-key': keyOf('mobile') },
    pathParameters: { project, source: 'appcrashlog' },
    body: report,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1', http: { method: 'POST', sourceIp: '127.0.0.1' } },
  };
}

function describe(name: string, { ms, otherMs, ratio, lowest, highest }: Comparison, times: Repetition): Measured {
  const range = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
  return {
    subject: name,
    value: ratio,
    figure: `${ratio.toFixed(2)}x (${range}); ${ms.toFixed(2)} ms against ${otherMs.toFixed(2)} ms`,
    how:
      `A report of ${Buffer.byteLength(report)} bytes, warm, one at a time: the function as deployed, log lines included, ` +
      `against its ${bareOperations.length} SDK calls alone; p50 of ${times.times} in each of ${times.rounds} rounds.`,
  };
}
