import { setTimeout as sleep } from 'node:timers/promises';
import { awsJson } from './aws-json.ts';
import type { CheckpointStore } from './checkpoints.ts';
import type { Endpoints } from './engines.ts';
import { compileFilters } from './filter-pattern.ts';
import type { Functions } from './functions.ts';
import { EventSource } from './known-resources.ts';
import type { Provisioned } from './provision.ts';
import { queueUrlsByArn } from './provision-queues.ts';
import { consumeQueue } from './queue-source.ts';
import { StartError } from './start-error.ts';
import { consumeStream } from './stream-source.ts';
import { type Assembly, resourcesOf } from './template.ts';

const graceMs = 2000;

/** What the event sources of a template are started with. */
export type SourcesOptions = {
  assembly: Assembly;
  provisioned: Provisioned;
  functions: Functions;
  endpoints: Endpoints;
  checkpoints: CheckpointStore;
  /** Told of what keeps a source from reading; it goes on trying. */
  onProblem: (sentence: string) => void;
};

/** Reads every queue and stream that the template maps to a function, until it is stopped. */
export function startSources(options: SourcesOptions): { stop: () => Promise<void> } {
  const { assembly, provisioned, functions, endpoints, checkpoints, onProblem } = options;
  const { references } = provisioned;
  const stopping = new AbortController();
  const sqs = awsJson(endpoints.sqs, 'AmazonSQS', 'sqs');
  const streams = awsJson(endpoints.dynamodb, 'DynamoDBStreams_20120810', 'dynamodb');
  const queueUrlByArn = queueUrlsByArn(assembly, references);
  const queueUrl = (arn: string) => {
    const url = queueUrlByArn.get(arn);
    if (url === undefined) throw new StartError(`The template has no queue ${arn}.`);
    return url;
  };
  const running = resourcesOf(assembly, EventSource, references).map(async ({ id, properties }) => {
    const { EventSourceArn: arn, BatchSize, FunctionName, FilterCriteria, DestinationConfig } = properties;
    const patterns = FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? [];
    const target = functions.get(FunctionName);
    const onTrouble = (error: unknown) => onProblem(`${id} cannot read (${String(error)}); it tries again.`);
    const partial = properties.FunctionResponseTypes !== undefined;
    if (queueUrlByArn.has(arn)) {
      if (patterns.length > 0) throw new StartError(`${id}: the local stack knows no filters on queues.`);
      if (BatchSize > 10) throw new StartError(`${id}: the local stack knows no batches of more than 10 from a queue.`);
      await consumeQueue({
        sqs,
        arn,
        url: queueUrl(arn),
        batchSize: BatchSize,
        partial,
        target,
        onTrouble,
        signal: stopping.signal,
      });
      return;
    }
    const failures = DestinationConfig?.OnFailure.Destination;
    await consumeStream({
      streams,
      arn,
      engineArn: provisioned.engineStreamArn(arn),
      mapping: id,
      batchSize: BatchSize,
      filter: compileFilters(patterns),
      bisect: properties.BisectBatchOnFunctionError ?? false,
      partial,
      // Without a limit of its own, a mapping retries until the record is too old.
      maxRetries: properties.MaximumRetryAttempts ?? Number.POSITIVE_INFINITY,
      maxAgeMs: (properties.MaximumRecordAgeInSeconds ?? Number.POSITIVE_INFINITY) * 1000,
      target,
      giveUp: async (message) => {
        if (failures === undefined) return;
        await sqs('SendMessage', { QueueUrl: queueUrl(failures), MessageBody: JSON.stringify(message) });
      },
      checkpoints,
      onTrouble,
      signal: stopping.signal,
    });
  });
  // A mapping that cannot be run is found before anything is read: it throws on its first turn.
  const ended = Promise.all(running);
  ended.catch((error: unknown) => onProblem(String(error)));
  return {
    stop: async () => {
      stopping.abort();
      // A webhook that is cut off counts as an attempt, so what is under way may end, if it does so soon.
      await Promise.race([ended.catch(() => {}), sleep(graceMs, undefined, { ref: false })]);
    },
  };
}
