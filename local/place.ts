/** The region that the local stage names in its settings; ARNs, queues and signatures carry it. */
export const region = 'eu-central-1';

/** The account in every ARN; the queue engine knows no other. */
export const account = '000000000000';

/** The only credentials that the bucket engine takes; the others take any. */
export const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
