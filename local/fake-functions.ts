import {
  type FakeResources,
  fakeBase,
  fakeBucket,
  fakeFunction,
  fakeQueue,
  fakeQueueSource,
  fakeRoute,
  fakeStreamSource,
} from './fake-assembly.ts';

// Functions that run without an SDK: they send what they get to the receiver of the stack itself.
const echo = 'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
const badHeader = "export const handler = async () => ({ statusCode: 200, headers: { location: 'caf\\u2603' } });";
const consume = `export const handler = async ({ Records }) => {
  const bodies = Records.map(({ body }) => body);
  await fetch(process.env.RECEIVER + '/consumed', { method: 'POST', body: JSON.stringify(bodies) });
  return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;
const follow = `export const handler = async ({ Records }) => {
  const keys = Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
  if (keys.includes('poison')) throw new Error('poisoned');
  await fetch(process.env.RECEIVER + '/followed', { method: 'POST', body: JSON.stringify(keys) });
};`;
// A door to the engines for the test: calls what its body says.
const call = `export const handler = async ({ body }) => {
  const { service, target, input } = JSON.parse(body);
  const authorization = 'AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/x/aws4_request, SignedHeaders=host, Signature=0';
  const response = await fetch(process.env['AWS_ENDPOINT_URL_' + service], {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, authorization, 'x-amz-date': '20260101T000000Z' },
    body: JSON.stringify(input),
  });
  return { statusCode: response.status, body: await response.text() };
};`;
// Stores an object in the bucket, by a form as a client's.
const upload = `export const handler = async ({ body }) => {
  const form = new FormData();
  form.set('key', body);
  form.set('file', new Blob(['hello']), 'hello.txt');
  const response = await fetch(process.env.AWS_ENDPOINT_URL_S3 + '/bucket', { method: 'POST', body: form });
  return { statusCode: response.status };
};`;

/** The receiver of the stack that a function runs in. */
export const ownReceiver = { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, '/receiver']] };

/** A template with functions behind routes, one behind a queue, which the bucket tells too, and one behind the stream; the latter two report to RECEIVER. */
export function resourcesWith(RECEIVER: object | string): FakeResources {
  return {
    ...fakeBase,
    Echo: fakeFunction('echo'),
    Call: fakeFunction('call'),
    ...fakeRoute('POST /echo/{name}', 'Echo'),
    ...fakeRoute('GET /admin', 'Echo', true),
    ...fakeRoute('POST /call', 'Call'),
    BadHeader: fakeFunction('bad-header'),
    ...fakeRoute('POST /bad-header', 'BadHeader'),
    Consume: fakeFunction('consume', { RECEIVER }),
    Upload: fakeFunction('upload'),
    ...fakeRoute('POST /upload', 'Upload'),
    Bucket: fakeBucket('attachments/', 'Work'),
    Work: fakeQueue('DeadLetters'),
    DeadLetters: fakeQueue(),
    WorkSource: fakeQueueSource('Work', 'Consume'),
    Follow: fakeFunction('follow', { RECEIVER }),
    Failures: fakeQueue(),
    StreamSource: fakeStreamSource(
      'Follow',
      { eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: ['wanted'] } } } },
      'Failures',
    ),
  };
}
/** The bundles of {@link resourcesWith}. */
export const bundles = { echo, 'bad-header': badHeader, call, consume, follow, upload };
