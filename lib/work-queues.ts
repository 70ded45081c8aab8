import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

// 14 days is what SQS allows. A dead letter keeps the age it had in its first queue, which therefore keeps for less.
const deadLetterRetention = Duration.days(14);
const workRetention = Duration.days(4);

// Six times the consumer's timeout, as AWS advises: a message never shows again while it is being worked on.
const visibilityTimeout = Duration.seconds(360);
const uploadVisibilityTimeout = Duration.seconds(1_080);

/** The queues of work to do, each with its dead letters, and the end of the line for stream batches. */
export class WorkQueues extends Construct {
  readonly webhooks: Queue;
  readonly emails: Queue;
  readonly macros: Queue;
  readonly uploads: Queue;
  readonly streamFailures: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.webhooks = this.workQueue('Webhooks');
    this.emails = this.workQueue('Emails');
    this.macros = this.workQueue('Macros');
    this.uploads = this.workQueue('Uploads', uploadVisibilityTimeout);
    this.streamFailures = this.deadLetters('StreamFailures');
    Validations.of(this.streamFailures).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the end of the line: nothing consumes it but a person with the runbook.',
    });
  }

  private workQueue(id: string, timeout = visibilityTimeout): Queue {
    return new Queue(this, id, {
      visibilityTimeout: timeout,
      retentionPeriod: workRetention,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetters(`${id}DeadLetters`), maxReceiveCount: 5 },
    });
  }

  private deadLetters(id: string): Queue {
    return new Queue(this, id, {
      retentionPeriod: deadLetterRetention,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
  }
}
