import * as z from 'zod';
import { account, region } from '../../local/place.ts';

/** A call to AWS as IAM sees it: an action and the resource it is for. */
export type AwsCall = { action: string; resource: string };

/** A request to one of AWS's services as it came over the wire. */
export type WireRequest = { method: string; path: string; target: string | undefined; body: Buffer };

const OneTable = z.object({ TableName: z.string(), IndexName: z.string().optional() });
const ManyTables = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const Transaction = z.object({ TransactItems: z.array(z.record(z.string(), OneTable)) });
const OneQueue = z.object({ QueueUrl: z.string() });
const OneMail = z.object({ FromEmailAddress: z.string() });
const OneSecret = z.object({ SecretId: z.string() });

/** The calls that a request makes: a transaction is authorised item by item, a batch table by table. */
export function readAwsCalls({ method, path, target, body }: WireRequest): AwsCall[] {
  if (target === undefined)
    return path.startsWith('/v2/email/') ? readMail(method, path, body) : readObjectCalls(method, path, body);
  const [service = '', operation = ''] = target.split('.');
  const input: unknown = JSON.parse(body.toString('utf8'));
  if (service.startsWith('DynamoDB_')) return readTableCalls(operation, input);
  if (service === 'AmazonSQS') {
    // A batch needs the right to send, receive or delete one message (SQS developer guide, "API permissions").
    const action = `sqs:${operation.replace(/Batch$/, '')}`;
    const name = OneQueue.parse(input).QueueUrl.split('/').at(-1);
    return [{ action, resource: `arn:aws:sqs:${region}:${account}:${name}` }];
  }
  return [{ action: `${service}:${operation}`, resource: OneSecret.parse(input).SecretId }];
}

function readTableCalls(operation: string, input: unknown): AwsCall[] {
  const transaction = Transaction.safeParse(input);
  if (transaction.success) {
    const items = transaction.data.TransactItems.flatMap((item) => Object.entries(item));
    return items.map(([kind, item]) => ({ action: `dynamodb:${kind}Item`, resource: tableArn(item) }));
  }
  const action = `dynamodb:${operation}`;
  const many = ManyTables.safeParse(input);
  if (!many.success) return [{ action, resource: tableArn(OneTable.parse(input)) }];
  return Object.keys(many.data.RequestItems).map((TableName) => ({ action, resource: tableArn({ TableName }) }));
}

function tableArn({ TableName, IndexName }: z.infer<typeof OneTable>): string {
  const index = IndexName === undefined ? '' : `/index/${IndexName}`;
  return `arn:aws:dynamodb:${region}:${account}:table/${TableName}${index}`;
}

/** SES asks for the right to send as the sender's address where that is verified, else as its domain: both must do. */
function readMail(method: string, path: string, body: Buffer): AwsCall[] {
  if (method !== 'POST' || path !== '/v2/email/outbound-emails')
    throw new Error(`nobody has said which action ${method} ${path} is`);
  const from = OneMail.parse(JSON.parse(body.toString('utf8'))).FromEmailAddress;
  const names = [from, from.split('@')[1]];
  return names.map((name) => ({
    action: 'ses:SendEmail',
    resource: `arn:aws:ses:${region}:${account}:identity/${name}`,
  }));
}

/** The rights that calls about an upload in parts need (S3 user guide, "Multipart upload API and permissions"). */
const partActions: Readonly<Record<string, string>> = {
  PUT: 's3:PutObject',
  POST: 's3:PutObject',
  GET: 's3:ListMultipartUploadParts',
  DELETE: 's3:AbortMultipartUpload',
};
const objectActions: Readonly<Record<string, string>> = {
  PUT: 's3:PutObject',
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  DELETE: 's3:DeleteObject',
};

/** A form with a file is a PutObject by whoever signed its policy. */
function readObjectCalls(method: string, path: string, body: Buffer): AwsCall[] {
  const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
  const [, bucket = '', ...names] = pathname.split('/');
  const isInParts = searchParams.has('uploadId') || searchParams.has('uploads');
  const resource = `arn:aws:s3:::${bucket}/${names.join('/')}`;
  if (searchParams.has('tagging') && method === 'GET') return [{ action: 's3:GetObjectTagging', resource }];
  const action = (isInParts ? partActions : objectActions)[method];
  if (action !== undefined && names.length > 0) {
    // Only to whoever may list the bucket does S3 say 404 of what is not there (S3 API, HeadObject).
    const listing = { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` };
    return method === 'HEAD' ? [{ action, resource }, listing] : [{ action, resource }];
  }
  const key = /name="key"\r\n(?:.+\r\n)*\r\n(.+)\r\n/.exec(body.toString('latin1'))?.[1];
  if (method !== 'POST' || key === undefined) throw new Error(`nobody has said which action ${method} ${path} is`);
  return [{ action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` }];
}
