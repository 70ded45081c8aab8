import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MalwareProtection } from './malware-protection.ts';
import type { Settings } from './settings.ts';

/** Days that a delivery may be pending after its attempts began: the longest pause, and the schedule with a day to spare. */
const maxPendingDays = 14 + 4;

/** Days that an event may wait, in its queue and in the dead letters, with a day to spare. */
const noncurrentDays = 4 + 14 + 1;

/** What the bucket is made from: `uploads` is the queue that is told of every attachment that comes. */
type AttachmentBucketProps = { settings: Settings; uploads: Queue };

/** Where attachments lie, which clients send and fetch by presigned requests, and large bodies of webhooks. */
export class AttachmentBucket extends Construct {
  readonly name: string;
  readonly arn: string;
  /** The ARN of every object that a client may be given an upload for. */
  readonly attachmentsArn: string;
  /** The ARN of every body of a webhook or submission that is too large for the table. */
  readonly bodiesArn: string;

  constructor(scope: Construct, id: string, { settings, uploads }: AttachmentBucketProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        // The version that counts may be overwritten until the event of the other has been worked, at the latest from the dead letters.
        { noncurrentVersionExpiration: Duration.days(noncurrentDays), expiredObjectDeleteMarker: true },
        // Uploads expire after 7 days and get one last look; their parts go after that.
        { abortIncompleteMultipartUploadAfter: Duration.days(8) },
        // Those of rejected submissions are kept for 14 days.
        { prefix: 'bodies/quarantine/', expiration: Duration.days(15) },
        // Bodies of webhooks are deleted by nobody else: they go when their deliveries have gone.
        { prefix: 'bodies/', expiration: Duration.days(settings.deliveryRetentionDays + maxPendingDays) },
      ],
      // Any origin, because the signature is the authority and no credentials travel.
      cors: [
        {
          allowedOrigins: ['*'],
          allowedMethods: [HttpMethods.GET, HttpMethods.POST, HttpMethods.PUT],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag'],
          maxAge: 3600,
        },
      ],
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs would record presigned query strings; uploads and downloads are logged by the functions.',
    });
    this.name = bucket.bucketName;
    this.arn = bucket.bucketArn;
    this.attachmentsArn = bucket.arnForObjects('attachments/*');
    this.bodiesArn = bucket.arnForObjects('bodies/*');
    this.notify(bucket, uploads, settings);
    if (settings.uploads.malwareProtection) new MalwareProtection(this, 'MalwareProtection', bucket);
    acknowledgeGrant(bucket, 'attachments', 'Each upload has a key of its own that is not known before');
    acknowledgeGrant(
      bucket,
      'bodies',
      'Each body has the id of its delivery or submission as its key, which is not known before',
    );
  }

  /** Has the queue told of each attachment that comes or is scanned. The property itself does, so no helper function is needed. */
  private notify(bucket: Bucket, uploads: Queue, { uploads: { malwareProtection } }: Settings): void {
    const { account, partition } = Stack.of(this);
    uploads.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [uploads.queueArn],
        // The bucket's own name would make a circle: S3 asks for this right before it makes the bucket.
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::*` },
        },
      }),
    );
    bucket.node.addDependency(uploads);
    const filter = { s3Key: { rules: [{ name: 'prefix', value: 'attachments/' }] } };
    const events = ['s3:ObjectCreated:*', ...(malwareProtection ? ['s3:ObjectTagging:Put'] : [])];
    resourceOf(bucket).notificationConfiguration = {
      queueConfigurations: events.map((event) => ({ event, queue: uploads.queueArn, filter })),
      // GuardDuty hears of objects by EventBridge, and would turn it on behind the template's back.
      ...(malwareProtection ? { eventBridgeConfiguration: { eventBridgeEnabled: true } } : {}),
    };
  }
}

/** The CloudFormation resource of a bucket. */
function resourceOf(bucket: Bucket): CfnBucket {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new Error('The bucket has no CloudFormation resource.');
  return resource;
}

function acknowledgeGrant(bucket: Bucket, prefix: string, why: string): void {
  const resource = resourceOf(bucket);
  const stack = Stack.of(bucket);
  Validations.of(stack).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(resource)}.Arn>/${prefix}/*]`,
    reason: `${why}; below ${prefix}/ there is nothing else.`,
  });
}
