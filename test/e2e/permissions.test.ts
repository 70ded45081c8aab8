import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type FunctionName, functionNames, type RouteName, routes } from '../../functions/routes.ts';
import { startStack } from '../../local/stack.ts';
import { readAssembly } from '../../local/template.ts';
import type { AwsCall } from './aws-calls.ts';
import { isAllowed, rightsOf, uses } from './function-policies.ts';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';
import { stackCalls } from './stack-calls.ts';
import { tourStack } from './stack-tour.ts';

const assembly = readAssembly(inject('assemblyDir'));
/** The tour takes every route, and waits for runs that begin seconds later: half a minute, or more where much else runs. */
const tourMs = 240_000;
const proxies = new Map<FunctionName, RecordingProxy>();
let called: ReadonlySet<RouteName> = new Set();

beforeAll(async () => {
  for (const name of functionNames) proxies.set(name, await startRecordingProxy());
  const engines: Record<string, string> = {};
  const stack = await startStack({
    assemblyDir: inject('assemblyDir'),
    environment(functionName, environment) {
      Object.assign(engines, environment);
      return proxyOf(functionNames.find((name) => functionName.endsWith(`-${name}`))).redirect(environment);
    },
  });
  try {
    const calls = stackCalls(stack.localJson);
    await tourStack(calls, engines, stack.localJson);
    called = calls.called;
  } finally {
    await stack.stop();
    await Promise.all([...proxies.values()].map((proxy) => proxy.stop()));
  }
}, tourMs);

test('the tour of the stack took every route, and every call to AWS was understood and passed on', () => {
  expect(Object.keys(routes).filter((name) => ![...called].some((route) => route === name))).toEqual([]);
  expect([...proxies].flatMap(([name, { faults }]) => faults.map((fault) => `${name}: ${fault}`))).toEqual([]);
});

describe.for(functionNames)('%s', (name) => {
  const { statements, grants, serviceCalls } = rightsOf(assembly, name);

  test('makes no call to AWS that its policies do not allow', () => {
    const made = [...proxyOf(name).calls, ...serviceCalls];
    expect(describeAll(made.filter((call) => !isAllowed(statements, call)))).toEqual([]);
  });

  test('is granted nothing that it does not use', () => {
    const { calls } = proxyOf(name);
    const made = [...calls, ...calls.flatMap(ofVersion), ...serviceCalls];
    expect(describeAll(grants.filter((grant) => !made.some((call) => uses(call, grant))))).toEqual([]);
  });
});

test('what a policy does not name is not allowed', () => {
  const { statements } = rightsOf(assembly, 'receive-feedback');
  const [put] = proxyOf('receive-feedback').calls.filter(({ action }) => action === 'dynamodb:PutItem');
  const [upload] = proxyOf('receive-feedback').calls.filter(({ action }) => action === 's3:PutObject');
  expect(put && isAllowed(statements, put)).toBe(true);
  expect(put && isAllowed(statements, { ...put, action: 'dynamodb:Scan' })).toBe(false);
  expect(put && isAllowed(statements, { ...put, resource: `${put.resource}/index/byList` })).toBe(false);
  expect(upload && isAllowed(statements, upload)).toBe(true);
  const elsewhere = upload?.resource.replace('/attachments/', '/elsewhere/') ?? '';
  expect(upload && isAllowed(statements, { ...upload, resource: elsewhere })).toBe(false);
});

/** The bucket of one machine has no versions: whoever reads or deletes an object there does so to a version of it in AWS. */
function ofVersion({ action, resource }: AwsCall): AwsCall[] {
  const isOfObject = action === 's3:GetObject' || action === 's3:DeleteObject';
  return isOfObject ? [{ action: `${action}Version`, resource }] : [];
}

function proxyOf(name: FunctionName | undefined): RecordingProxy {
  const proxy = name === undefined ? undefined : proxies.get(name);
  if (proxy === undefined) throw new Error(`there is no proxy for ${name}`);
  return proxy;
}

function describeAll(calls: readonly AwsCall[]): string[] {
  return [...new Set(calls.map(({ action, resource }) => `${action} on ${resource}`))];
}
