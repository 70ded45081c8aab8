import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Where attachments lie; clients send and fetch them by presigned requests. */
export class AttachmentBucket extends Construct {
  readonly name: string;
  /** The ARN of every object that a client may be given an upload for. */
  readonly attachmentsArn: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        // A version is kept long enough to settle an upload that overwrote an object, no longer.
        { noncurrentVersionExpiration: Duration.days(1), expiredObjectDeleteMarker: true },
        // Uploads expire after 7 days and get one last look; their parts go after that.
        { abortIncompleteMultipartUploadAfter: Duration.days(8) },
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
    this.attachmentsArn = bucket.arnForObjects('attachments/*');
    acknowledgeAttachmentsGrant(bucket);
  }
}

function acknowledgeAttachmentsGrant(bucket: Bucket): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new Error('The bucket has no CloudFormation resource.');
  const stack = Stack.of(bucket);
  Validations.of(stack).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(resource)}.Arn>/attachments/*]`,
    reason: 'Each upload has a key of its own that is not known before; below attachments/ there is nothing else.',
  });
}
