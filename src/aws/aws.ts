import { DeployerError } from '../core/errors.ts';
import { type AwsAccess, type AwsKeys, endpointOf, keysOf } from './access.ts';
import type { ClientConfig, ClientTerms } from './terms.ts';

/** A client loads when its service is first asked for; each is made once. */
const CLIENTS = {
  sts: async (terms: ClientTerms) => (await import('./clients/sts.ts')).openSts(terms),
  iam: async (terms: ClientTerms) => (await import('./clients/iam.ts')).openIam(terms),
  s3: async (terms: ClientTerms) => (await import('./clients/s3.ts')).openS3(terms),
  cloudfront: async (terms: ClientTerms) => (await import('./clients/cloudfront.ts')).openCloudfront(global(terms)),
  keyValues: async (terms: ClientTerms) =>
    (await import('./clients/cloudfront-key-values.ts')).openCloudfrontKeyValues(global(terms)),
  cloudformation: async (terms: ClientTerms) => (await import('./clients/cloudformation.ts')).openCloudformation(terms),
  ecs: async (terms: ClientTerms) => (await import('./clients/ecs.ts')).openEcs(terms),
  ecr: async (terms: ClientTerms) => (await import('./clients/ecr.ts')).openEcr(terms),
  elb: async (terms: ClientTerms) => (await import('./clients/elb.ts')).openElb(terms),
  ec2: async (terms: ClientTerms) => (await import('./clients/ec2.ts')).openEc2(terms),
  lambda: async (terms: ClientTerms) => (await import('./clients/lambda.ts')).openLambda(terms),
  logs: async (terms: ClientTerms) => (await import('./clients/logs.ts')).openLogs(terms),
  cloudwatch: async (terms: ClientTerms) => (await import('./clients/cloudwatch.ts')).openCloudwatch(terms),
  acm: async (terms: ClientTerms) => (await import('./clients/acm.ts')).openAcm(terms),
  /** For CloudFront. */
  edgeAcm: async (terms: ClientTerms) => (await import('./clients/acm.ts')).openAcm(global(terms)),
  ssm: async (terms: ClientTerms) => (await import('./clients/ssm.ts')).openSsm(terms),
  secretsManager: async (terms: ClientTerms) =>
    (await import('./clients/secrets-manager.ts')).openSecretsManager(terms),
} as const;

/** Services of AWS by name; each answers its calls, loaded when first asked for. */
export type Aws = {
  readonly [Name in keyof typeof CLIENTS]: () => ReturnType<(typeof CLIENTS)[Name]>;
};

/** CloudFront and its certificates live there, wherever a target does. */
export const GLOBAL_REGION = 'us-east-1';
const ATTEMPTS = 4;
const CONNECT = 5_000;
const ANSWER = 60_000;
const quiet = () => {};

/** Opens AWS for one run or one call. Nothing is sent, and nothing is loaded, before a service is asked. */
export function openAws(access: AwsAccess): Aws {
  silenceVersionWarning();
  const { signal } = access;
  const config = configOf(access);
  const own: ClientTerms = { config, signal };
  const terms = access.role ? { config: { ...config, credentials: inRole(access, own) }, signal } : own;
  const services = Object.entries(CLIENTS).map(([name, load]) => [name, onceDone<unknown>(() => load(terms))]);
  return Object.fromEntries(services) as Aws;
}

function configOf(access: AwsAccess): ClientConfig {
  const { region = access.settings['AWS_REGION'] || access.settings['AWS_DEFAULT_REGION'], profile } = access;
  const [endpoint, keys] = [endpointOf(access), keysOf(access)];
  return {
    ...(region ? { region } : {}),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys ? { credentials: async () => keys } : {}),
    maxAttempts: access.attempts ?? ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT, requestTimeout: ANSWER, throwOnRequestTimeout: true },
    logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
}

/** Temporary keys of a role; the SDK asks again before they end. */
function inRole({ role }: AwsAccess, terms: ClientTerms): () => Promise<AwsKeys> {
  return async () => {
    const { assumeRole } = await CLIENTS.sts(terms);
    const { Credentials: made } = await assumeRole({ RoleArn: role?.arn, RoleSessionName: role?.session });
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken) throw withoutKeys(role?.arn);
    return {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      sessionToken: made.SessionToken,
      ...(made.Expiration ? { expiration: made.Expiration } : {}),
    };
  };
}

function withoutKeys(role: string | undefined): DeployerError {
  return new DeployerError({
    code: 'AUTH_FAILED',
    reason: `STS gave no keys for the role ${role}`,
    fix: 'Look at the trust policy of the role',
  });
}

function global({ config, signal }: ClientTerms): ClientTerms {
  return { config: { ...config, region: GLOBAL_REGION }, signal };
}

/** A failed attempt is forgotten. */
function onceDone<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Each client would print, from 2027 on, that Node 20 has had its day; only this variable keeps it quiet. */
function silenceVersionWarning(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
