import { join } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { adminClient } from './admin-client.ts';
import { bearerChecker } from './bearer-check.ts';
import { startNotifications } from './bucket-notifications.ts';
import { openCheckpoints } from './checkpoints.ts';
import { type DataDirectory, openDataDirectory, openEphemeralDirectory } from './data-directory.ts';
import { type Engines, startEngines } from './engines.ts';
import { createExamplePage } from './example-page.ts';
import { freePort } from './free-port.ts';
import { type Answerer, openFrontDoor } from './front-door.ts';
import { openFunctionLog } from './function-log.ts';
import { createFunctions, type Functions, warmUp } from './functions.ts';
import { createGateway } from './gateway.ts';
import { createIssuer } from './oidc.ts';
import { publicKeys, signingKeyIn } from './oidc-keys.ts';
import { createOutbox } from './outbox.ts';
import { type Provisioned, provision } from './provision.ts';
import { createReceiver } from './receiver.ts';
import { seed } from './seed.ts';
import { audiences, readSignIn } from './sign-in.ts';
import { startSources } from './sources.ts';
import type { LocalJson, Stack, StackOptions } from './stack-options.ts';
import { nothingSeeded, openState, type StateFile } from './state.ts';
import { type Assembly, readAssembly } from './template.ts';
import { startTimers } from './timers.ts';

type Closers = (() => void | Promise<void>)[];

/** Runs a synthesised stack on this machine; settles when /health answers 200, or with a StartError and nothing left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closers: Closers = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= closeAll(closers);
    return stopped;
  };
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    return { ...(await Promise.race([start(options, closers), aborted])), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

async function start(options: StackOptions, closers: Closers): Promise<Omit<Stack, 'stop'>> {
  const { log = () => {}, port = 0, seeded = true } = options;
  const directory = openDirectory(options);
  closers.push(directory.release);
  const kept = (name: string) => (directory.kept === undefined ? undefined : join(directory.kept, name));
  const state = openState(kept('state.json'));
  const door = await openFrontDoor(port);
  closers.push(door.close);
  const bucketPort = await freePort(state.get().bucketPort);
  const { engines, assembly } = await startParts(options.assemblyDir, { directory, bucketPort }, closers);
  state.change({ bucketPort });
  const provisioned = await provision(assembly, engines, { origin: door.origin });
  if (provisioned.tableIsNew) state.change(nothingSeeded);
  closers.push((await startNotifications({ assembly, provisioned, engines, onProblem: log })).stop);

  const functionLog = openFunctionLog(join(directory.work, 'functions.log'), log);
  closers.push(functionLog.close);
  const functions = createFunctions(assembly, provisioned, functionLog.print, options.environment);
  closers.push(functions.stop);
  const signIn = readSignIn(assembly, provisioned);
  const key = await signingKeyIn(kept('oidc-keys.json'));
  const issuer = createIssuer(door.origin, signIn, state.get().clientSecret, key);
  const gateway = gatewayOf(assembly, provisioned, functions, publicKeys(key), issuer.issuer);
  const pages = [createReceiver(() => nextIssue(state)), createOutbox(engines.mail.mails), createExamplePage()];
  door.open([issuer.answer, ...pages, gateway]);
  const checkpoints = openCheckpoints(kept('checkpoints.json'));
  const { endpoints } = engines;
  closers.push(startSources({ assembly, provisioned, functions, endpoints, checkpoints, onProblem: log }).stop);

  const token = await issuer.administratorToken(new Date());
  const receiver = `${door.origin}/receiver`;
  if (seeded) await seed(adminClient(door.origin, token), state, receiver, log);
  const { keys, clientSecret } = state.get();
  const oidc = { issuer: issuer.issuer, clientId: signIn.machine.clientId, clientSecret };
  const outbox = `${door.origin}/outbox`;
  const localJson: LocalJson = { api: door.origin, receiver, outbox, keys, token, oidc };
  const localJsonFile = directory.publish(localJson);
  closers.push(startTimers(assembly, provisioned, functions).stop);
  warmUp(assembly, provisioned, functions);
  door.ready();
  return { origin: door.origin, localJson, localJsonFile, lost: engines.lost };
}

function openDirectory({ dataDir, ephemeral = dataDir === undefined }: StackOptions): DataDirectory {
  if (ephemeral || dataDir === undefined) return openEphemeralDirectory(dataDir);
  return openDataDirectory(dataDir);
}

/** Starts the engines while the assembly is made: neither needs the other. */
async function startParts(
  assemblyDir: StackOptions['assemblyDir'],
  { directory, bucketPort }: { directory: DataDirectory; bucketPort: number },
  closers: Closers,
): Promise<{ engines: Engines; assembly: Assembly }> {
  const [engines, folder] = await Promise.allSettled([
    startEngines({ dataDir: directory.kept, workDir: directory.work, ports: { s3: bucketPort } }),
    typeof assemblyDir === 'string' ? assemblyDir : assemblyDir(directory.work),
  ]);
  if (engines.status === 'fulfilled') closers.push(engines.value.stop);
  if (engines.status === 'rejected') throw engines.reason;
  if (folder.status === 'rejected') throw folder.reason;
  return { engines: engines.value, assembly: readAssembly(folder.value) };
}

function gatewayOf(
  assembly: Assembly,
  provisioned: Provisioned,
  functions: Functions,
  keys: JSONWebKeySet,
  issuer: string,
): Answerer {
  const checkers = new Map(
    [...audiences(assembly, provisioned)].map(([id, audience]) => [id, bearerChecker(keys, issuer, audience)]),
  );
  const gateway = createGateway(assembly, provisioned, functions, (id) => checkers.get(id));
  return (request, response) => {
    gateway(request, response).catch(() => response.destroy());
    return true;
  };
}

function nextIssue(state: StateFile): number {
  const number = state.get().nextIssue;
  state.change({ nextIssue: number + 1 });
  return number;
}

/** Closes in the opposite order of opening, each even where another fails. */
async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'The local stack did not stop cleanly.');
}
