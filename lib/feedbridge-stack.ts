import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/routes.ts';
import { AttachmentBucket } from './attachment-bucket.ts';
import { DataTable } from './data-table.ts';
import { Deliver } from './deliver.ts';
import { emailIdentityArns } from './email-identity.ts';
import { FeedbridgeFunction, type FunctionSurroundings } from './feedbridge-function.ts';
import { HttpGateway } from './http-api.ts';
import { MasterSecret } from './master-secret.ts';
import type { Settings } from './settings.ts';
import { tokenIssuer } from './sign-in.ts';
import { WorkQueues } from './work-queues.ts';

/** What the stack is made from. `dist` is the folder with one bundle per function. */
type FeedbridgeStackProps = StackProps & { settings: Settings; dist: string };

/** Everything that Feedbridge is in AWS. */
export class FeedbridgeStack extends Stack {
  constructor(scope: Construct, id: string, { settings, dist, ...props }: FeedbridgeStackProps) {
    super(scope, id, {
      description: 'Feedbridge: feedback in, webhooks out, nothing lost',
      terminationProtection: settings.keepData,
      ...props,
    });

    const table = new DataTable(this, 'data-table', settings);
    const queues = new WorkQueues(this, 'work-queues');
    const bucket = new AttachmentBucket(this, 'attachment-bucket', { settings, uploads: queues.uploads });
    const secret = new MasterSecret(this, 'master-secret', settings);
    const gateway = new HttpGateway(this, 'http-api', settings);
    const consoleOrigin = settings.consoleOrigin ?? gateway.origin;
    const tokens = tokenIssuer(this, settings, consoleOrigin);

    const functions = this.functions({
      settings,
      dist,
      arns: {
        table: table.arn,
        byList: table.byListArn,
        byDue: table.byDueArn,
        tableStream: table.streamArn,
        bucket: bucket.arn,
        attachments: bucket.attachmentsArn,
        scannedAttachments: settings.uploads.malwareProtection ? bucket.attachmentsArn : [],
        bodies: bucket.bodiesArn,
        webhookQueue: queues.webhooks.queueArn,
        emailQueue: queues.emails.queueArn,
        macroQueue: queues.macros.queueArn,
        uploadQueue: queues.uploads.queueArn,
        streamFailures: queues.streamFailures.queueArn,
        masterSecret: secret.arn,
        emailIdentity: emailIdentityArns(this, settings),
      },
      environment: {
        tableName: table.name,
        bucketName: bucket.name,
        webhookQueueUrl: queues.webhooks.queueUrl,
        emailQueueUrl: queues.emails.queueUrl,
        macroQueueUrl: queues.macros.queueUrl,
        uploadQueueUrl: queues.uploads.queueUrl,
        masterSecretArn: secret.arn,
        configCacheSeconds: String(settings.configCacheSeconds),
        apiOrigin: gateway.origin,
        consoleOrigin,
        dueShards: String(settings.dueShards),
        deliveryRetentionDays: String(settings.deliveryRetentionDays),
        variables: JSON.stringify(settings.variables),
        outboundAllowHttp: String(settings.outbound.allowHttp),
        outboundAllowedCidrs: JSON.stringify(settings.outbound.allowedCidrs),
        administratorGroups: JSON.stringify(settings.administratorGroups),
        roleMapping: JSON.stringify(settings.roles ?? null),
        emailFrom: settings.email?.from ?? '',
        uploadUrlSeconds: String(settings.uploads.urlSeconds),
        storageQuotaBytes: String(settings.uploads.quotaBytes ?? ''),
        malwareProtection: String(settings.uploads.malwareProtection),
        signInIssuer: tokens.issuer,
        signInClientId: tokens.clientId,
      },
    });

    gateway.route(functions, tokens);
    new Deliver(this, 'deliver', { settings, table, queues, functions });

    for (const [name, value] of Object.entries({ ApiUrl: gateway.origin, ...tokens.outputs })) {
      new CfnOutput(this, name, { value });
    }
  }

  private functions(surroundings: FunctionSurroundings): Record<FunctionName, IFunction> {
    const make = (name: FunctionName) => new FeedbridgeFunction(this, name, surroundings).lambda;
    return {
      'receive-feedback': make('receive-feedback'),
      'fire-listener': make('fire-listener'),
      'queue-delivery': make('queue-delivery'),
      'send-webhook': make('send-webhook'),
      'send-email': make('send-email'),
      tick: make('tick'),
      'run-macro': make('run-macro'),
      'leave-notifications': make('leave-notifications'),
      'admin-api': make('admin-api'),
      'receive-file': make('receive-file'),
      'add-to-ticket': make('add-to-ticket'),
      'settle-upload': make('settle-upload'),
      'open-file': make('open-file'),
      'answer-rest': make('answer-rest'),
    };
  }
}
