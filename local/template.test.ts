import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FakeResources, fakeBase, fakeFunction, fakeQueue, writeAssembly } from './fake-assembly.ts';
import { ignoredTypes, knownResources } from './known-resources.ts';
import { synthesise } from './synthesise.ts';
import { readAssembly } from './template.ts';

function read(resources: FakeResources, sections: object = {}) {
  const folder = writeAssembly({ ...fakeBase, ...resources }, {}, sections);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return readAssembly(folder);
}

describe('readAssembly', () => {
  test('reads a template in which it knows everything', () => {
    expect(read({ Work: fakeQueue(), Do: fakeFunction('do') }).resources).toHaveLength(
      Object.keys(fakeBase).length + 2,
    );
  });

  test('refuses an unknown type by name', () => {
    expect(() => read({ Topic: { Type: 'AWS::SNS::Topic' } })).toThrow('Topic has the unknown type AWS::SNS::Topic');
  });

  test('refuses an unknown property by name, at any depth', () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } };
    expect(() => read({ Line: queue })).toThrow(/Line \(AWS::SQS::Queue\): .*"FifoQueue"/);
    const policy = { deadLetterTargetArn: 'arn', maxReceiveCount: 1, extra: 1 };
    const redriving = { Type: 'AWS::SQS::Queue', Properties: { RedrivePolicy: policy } };
    expect(() => read({ Line: redriving })).toThrow(/RedrivePolicy: .*"extra"/);
  });

  test('refuses notifications of a bucket that nobody here would send', () => {
    const bucketWith = (changes: object) => {
      const Filter = { S3Key: { Rules: [{ Name: 'prefix', Value: 'a/' }] } };
      const configuration = { Event: 's3:ObjectCreated:*', Queue: 'arn', Filter, ...changes };
      return {
        Files: {
          Type: 'AWS::S3::Bucket',
          Properties: { NotificationConfiguration: { QueueConfigurations: [configuration] } },
        },
      };
    };
    expect(() => read(bucketWith({}))).not.toThrow();
    expect(() => read(bucketWith({ Event: 's3:ObjectRemoved:*' }))).toThrow(/QueueConfigurations\.0\.Event/);
    const Filter = { S3Key: { Rules: [{ Name: 'suffix', Value: '.log' }] } };
    expect(() => read(bucketWith({ Filter }))).toThrow(/Rules\.0\.Name/);
  });

  test('names all that it does not know at once', () => {
    const resources = { One: { Type: 'AWS::A::B' }, Two: { Type: 'AWS::C::D' } };
    expect(() => read(resources)).toThrow(/One has .*; Two has /);
  });

  test.each([
    [{ 'Fn::If': ['Some', 1, 2] }, 'the function Fn::If is not known here'],
    [{ 'Fn::GetAtt': ['Table', 'Nonsense'] }, 'the attribute Nonsense of Table is not known here'],
    [{ Ref: 'Nobody' }, 'Nobody is not in the template'],
  ])('refuses %j', (VisibilityTimeout, reason) => {
    expect(() => read({ Line: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout } } })).toThrow(reason);
  });

  test('refuses a section that would change what the template means', () => {
    expect(() => read({}, { Conditions: {} })).toThrow('Conditions');
  });

  test('says which file is missing', () => {
    expect(() => readAssembly('/nowhere')).toThrow('/nowhere/manifest.json cannot be read');
  });
});

describe('the real template', () => {
  test('has exactly the types that the local stack runs or ignores', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'feedbridge-template-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const assembly = readAssembly(await synthesise(folder));
    const types = new Set(assembly.resources.map(({ type }) => type));
    expect([...types].sort()).toEqual([...knownResources.map(({ type }) => type), ...ignoredTypes].sort());
  }, 30_000);
});
