/** S3 could not do now what it was asked, although it was asked again: the same may be tried later. */
export class BucketBusy extends Error {}
