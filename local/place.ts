/** The region that the local stage names in its settings; ARNs, queues and signatures carry it. */
export const region = 'eu-central-1';

/** The account in every ARN; the queue engine knows no other. */
export const account = '000000000000';

/** The only credentials that the bucket engine takes; the others take any. */
export const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/** Where the embedded issuer is, below the origin of the API. */
export const issuerPath = '/oidc';

/** What a user pool's issuer begins with; the embedded one stands in for it. */
export const userPoolIssuer = `https://cognito-idp.${region}.amazonaws.com/`;
