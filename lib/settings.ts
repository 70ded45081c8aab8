/** Who vouches for people and machines: a Cognito user pool of our own, or any OIDC issuer. */
type SignInSettings =
  | { kind: 'cognito' }
  | {
      kind: 'oidc';
      issuer: string;
      /** The client ids whose tokens the gateway takes; people sign in from the command line with the first. */
      audience: [string, ...string[]];
    };

/** Which values of a claim of the verified ID token make whom what. */
type RoleSettings = {
  /** A claim by its name, such as `cognito:groups` or `groups`, or a JSON Pointer into the token: `/realm_access/roles`. */
  claim: string;
  /** Values whose people are administrators, as those of {@link Settings.administratorGroups} are. */
  administrators?: string[];
  /** By the key of a project (`*` is every one), the roles of values. */
  projects?: Record<string, Record<string, 'project-manager' | 'support' | 'observer'>>;
};

/** All that differs between stages. */
export type Settings = {
  /** The AWS account; absent: the one whose credentials the cdk CLI uses. */
  account?: string;
  region: string;
  /** Whether table, bucket, secret, user pool and logs outlive the stack, and the table refuses to be deleted. */
  keepData: boolean;
  logRetentionDays: 7 | 30 | 90 | 365;
  /** How long a function may go on with a key, document or secret that it has read. */
  configCacheSeconds: number;
  /** The console's origin; absent: the API's. */
  consoleOrigin?: string;
  /** A name of your own for the API; its certificate lies in the same region. */
  customDomain?: { name: string; certificateArn: string };
  signIn: SignInSettings;
  /** Groups of the verified token whose people are administrators. */
  administratorGroups: string[];
  /** Roles by the groups of a person's sign-in, beside those of member records; absent: none but administrators. */
  roles?: RoleSettings;
  /** Partitions of the due index, each drained by one message a minute. */
  dueShards: number;
  /** Days after which a settled delivery and its attempts are deleted. */
  deliveryRetentionDays: number;
  /** Who e-mails come from, an address that SES has verified (or its domain); absent: the stage sends no e-mail. */
  email?: { from: string };
  uploads: {
    /** How long what is signed for S3 lives, at most an hour: a Lambda role's session may end then. */
    urlSeconds: number;
    /** Most bytes that each project may store; absent: as many as it likes. */
    quotaBytes?: number;
    /** Whether GuardDuty scans attachments, which are stored only once it has found them clean; it costs by GB. */
    malwareProtection: boolean;
  };
  /** Variables by project and name, in place of the document's. */
  variables: Record<string, Record<string, string>>;
  outbound: { allowHttp: boolean; allowedCidrs: string[] };
  /** What the gateway lets through before it answers 429, all routes together. */
  throttle: { requestsPerSecond: number; burst: number };
  /** How many instances one queue may keep busy, 2 to 1,000 (AWS). */
  concurrency: { sendWebhook: number; sendEmail: number; runMacro: number; settleUpload: number };
};

const base = {
  region: 'eu-central-1',
  keepData: false,
  logRetentionDays: 30,
  configCacheSeconds: 10,
  signIn: { kind: 'cognito' },
  administratorGroups: ['administrators'],
  dueShards: 4,
  deliveryRetentionDays: 30,
  uploads: { urlSeconds: 3_600, malwareProtection: false },
  variables: {},
  outbound: { allowHttp: false, allowedCidrs: [] },
  throttle: { requestsPerSecond: 500, burst: 1000 },
  concurrency: { sendWebhook: 20, sendEmail: 2, runMacro: 5, settleUpload: 5 },
} satisfies Settings;

/** The settings of each stage. */
export const stages = {
  local: {
    ...base,
    account: '000000000000',
    configCacheSeconds: 0,
    email: { from: 'feedbridge@localhost.test' },
    outbound: { allowHttp: true, allowedCidrs: ['127.0.0.0/8', '::1/128'] },
  },
  dev: { ...base },
  prod: {
    ...base,
    keepData: true,
    logRetentionDays: 365,
    throttle: { requestsPerSecond: 2000, burst: 4000 },
    concurrency: { sendWebhook: 100, sendEmail: 5, runMacro: 10, settleUpload: 20 },
  },
} satisfies Record<string, Settings>;

/** The name of one stage. */
export type StageName = keyof typeof stages;

/** Reads a stage's name; throws with the list of stages for any other text. */
export function stageNamed(name: string): StageName {
  if (isStageName(name)) return name;
  throw new Error(`There is no stage '${name}'. lib/settings.ts has: ${Object.keys(stages).join(', ')}.`);
}

function isStageName(name: string): name is StageName {
  return Object.hasOwn(stages, name);
}
