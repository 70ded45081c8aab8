import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { webhookSlots } from '../functions/environment.ts';
import type { FunctionName } from '../functions/routes.ts';
import type { DataTable } from './data-table.ts';
import type { Settings } from './settings.ts';
import type { WorkQueues } from './work-queues.ts';

/** What {@link Deliver} connects. */
type DeliverProps = {
  settings: Settings;
  table: DataTable;
  queues: WorkQueues;
  functions: Record<FunctionName, IFunction>;
};

/** What wakes the functions that deliver: the table's stream, the queues and the clock. */
export class Deliver extends Construct {
  constructor(scope: Construct, id: string, { settings, table, queues, functions }: DeliverProps) {
    super(scope, id);
    new EventSourceMapping(this, 'NewDeliveries', {
      target: functions['queue-delivery'],
      eventSourceArn: table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      filters: [pendingDeliveryInserted(), notificationInserted()],
      bisectBatchOnError: true,
      retryAttempts: 5,
      maxRecordAge: Duration.days(1),
      // Binds no grant of its own: function-profiles.ts has them all.
      onFailure: { bind: () => ({ destination: queues.streamFailures.queueArn }) },
    });
    const { sendWebhook } = settings.concurrency;
    this.consume('Webhooks', queues.webhooks, functions['send-webhook'], webhookSlots, sendWebhook);
    this.consume('Emails', queues.emails, functions['send-email'], 5, settings.concurrency.sendEmail);
    this.consume('Macros', queues.macros, functions['run-macro'], 1, settings.concurrency.runMacro);
    // A file may have to be read through: one at a time has the whole function.
    this.consume('Uploads', queues.uploads, functions['settle-upload'], 1, settings.concurrency.settleUpload);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        // A late tick is no use: the next one does its work.
        new LambdaTarget(functions.tick, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
      ],
    });
  }

  private consume(id: string, queue: Queue, target: IFunction, batchSize: number, maxConcurrency: number): void {
    new EventSourceMapping(this, id, {
      target,
      eventSourceArn: queue.queueArn,
      batchSize,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}

function pendingDeliveryInserted() {
  return FilterCriteria.filter({
    eventName: FilterRule.isEqual('INSERT'),
    dynamodb: {
      NewImage: {
        type: { S: FilterRule.isEqual('delivery') },
        outcome: { S: FilterRule.isEqual('pending') },
      },
    },
  });
}

function notificationInserted() {
  return FilterCriteria.filter({
    eventName: FilterRule.isEqual('INSERT'),
    dynamodb: { NewImage: { type: { S: FilterRule.isEqual('notification') } } },
  });
}
