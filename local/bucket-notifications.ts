import { setTimeout as sleep } from 'node:timers/promises';
import { awsJson } from './aws-json.ts';
import type { BucketEvent } from './bucket-events.ts';
import type { Engines } from './engines.ts';
import { Bucket } from './known-resources.ts';
import { region } from './place.ts';
import type { Provisioned } from './provision.ts';
import { queueUrlsByArn } from './provision-queues.ts';
import { StartError } from './start-error.ts';
import { type Assembly, resourcesOf } from './template.ts';

const retryMs = 1000;

/** What the notifications of a template are started with. */
export type NotificationsOptions = {
  assembly: Assembly;
  provisioned: Pick<Provisioned, 'references'>;
  engines: Pick<Engines, 'endpoints' | 'bucket'>;
  /** Told of what keeps a message from its queue; it is tried again. */
  onProblem: (sentence: string) => void;
};

/** Sends the events of the template's buckets to the queues that the template names, at least once each, until it is stopped. */
export async function startNotifications(options: NotificationsOptions): Promise<{ stop: () => Promise<void> }> {
  const { engines, onProblem } = options;
  const rules = rulesOf(options);
  const sqs = awsJson(engines.endpoints.sqs, 'AmazonSQS', 'sqs');
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  const send = async (QueueUrl: string, MessageBody: string) => {
    for (;;) {
      signal.throwIfAborted();
      try {
        await sqs('SendMessage', { QueueUrl, MessageBody });
        return;
      } catch (error) {
        onProblem(`A bucket event cannot be sent to ${QueueUrl} (${String(error)}); it is tried again.`);
        await sleep(retryMs, undefined, { signal });
      }
    }
  };
  await engines.bucket.onEvent(async (event) => {
    const message = JSON.stringify(messageOf(event));
    const sending = Promise.all(rules.filter((rule) => rule.wants(event)).map(({ url }) => send(url, message)));
    const ended = sending.then(
      () => {},
      () => {},
    );
    running.add(ended);
    await sending.finally(() => running.delete(ended));
  });
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** The message that AWS sends to a queue (S3, "Event message structure", version 2.1). */
function messageOf({ name, bucket, key, eTag, size, at, sequencer }: BucketEvent) {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: at,
        eventName: name,
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeKey(key), ...(size === undefined ? {} : { size }), eTag, sequencer },
        },
      },
    ],
  };
}

type Rule = { url: string; wants: (event: BucketEvent) => boolean };

function rulesOf({ assembly, provisioned }: NotificationsOptions): Rule[] {
  const { references } = provisioned;
  const urls = queueUrlsByArn(assembly, references);
  return resourcesOf(assembly, Bucket, references).flatMap(({ id, properties }) =>
    (properties.NotificationConfiguration?.QueueConfigurations ?? []).map(({ Event, Queue, Filter }) => {
      const url = urls.get(Queue);
      if (url === undefined) throw new StartError(`The template has no queue ${Queue}, which ${id} names.`);
      const bucket = references.ref(id);
      const prefixes = Filter?.S3Key.Rules.map(({ Value }) => Value) ?? [];
      const wants = (event: BucketEvent) =>
        event.bucket === bucket &&
        isOfType(`s3:${event.name}`, Event) &&
        prefixes.every((prefix) => event.key.startsWith(prefix));
      return { url, wants };
    }),
  );
}

function isOfType(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** As a form encodes it (S3, "Event message structure"), but for the slashes. */
function encodeKey(key: string): string {
  const encode = (segment: string) =>
    encodeURIComponent(segment)
      .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+');
  return key.split('/').map(encode).join('/');
}
