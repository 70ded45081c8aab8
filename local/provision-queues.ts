import { type AwsCall, AwsRefusal } from './aws-json.ts';
import type { References } from './intrinsics.ts';
import { Queue } from './known-resources.ts';
import { type Assembly, resourcesOf } from './template.ts';

/** Creates the template's queues, or gives those of an earlier start its attributes. */
export async function provisionQueues(assembly: Assembly, references: References, sqs: AwsCall): Promise<void> {
  for (const { id, properties } of deadLetterQueuesFirst(resourcesOf(assembly, Queue, references))) {
    const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = properties;
    const Attributes = {
      ...(VisibilityTimeout === undefined ? {} : { VisibilityTimeout: String(VisibilityTimeout) }),
      ...(MessageRetentionPeriod === undefined ? {} : { MessageRetentionPeriod: String(MessageRetentionPeriod) }),
      ...(RedrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    };
    const QueueName = references.attribute(id, 'QueueName');
    // Creating a queue again with other attributes is refused, so one that is there is adjusted.
    if (await exists(sqs, QueueName)) await sqs('SetQueueAttributes', { QueueUrl: references.ref(id), Attributes });
    else await sqs('CreateQueue', { QueueName, Attributes });
  }
}

/** Where each queue is that the template names, by its ARN. */
export function queueUrlsByArn(assembly: Assembly, references: References): ReadonlyMap<string, string> {
  const queues = resourcesOf(assembly, Queue, references);
  return new Map(queues.map(({ id }) => [references.attribute(id, 'Arn'), references.ref(id)]));
}

async function exists(sqs: AwsCall, QueueName: string): Promise<boolean> {
  try {
    await sqs('GetQueueUrl', { QueueName });
    return true;
  } catch (error) {
    if (error instanceof AwsRefusal && /QueueDoesNotExist|NonExistentQueue/.test(error.message)) return false;
    throw error;
  }
}

function deadLetterQueuesFirst<Item extends { properties: { RedrivePolicy?: unknown } }>(queues: Item[]): Item[] {
  const hasRedrive = ({ properties }: Item) => properties.RedrivePolicy !== undefined;
  return [...queues.filter((queue) => !hasRedrive(queue)), ...queues.filter(hasRedrive)];
}
