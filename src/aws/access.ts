import { DeployerError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';

/** Who asks AWS, and where. */
export interface AwsAccess {
  /** Variables of the operator's environment that say where and how: see `AWS_SETTINGS`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Variables of the operator's environment that are keys: see `AWS_CREDENTIALS`. */
  readonly credentials: Readonly<Record<string, Secret>>;
  /** Ends every call. */
  readonly signal: AbortSignal;
  /** As the config names it; else the operator's environment or profile does. */
  readonly region?: string;
  readonly profile?: string;
  /** Of each call; four unless given. One for what must not be done twice. */
  readonly attempts?: number;
  /** ARN of a role that is taken on with the credentials, and for what, which its audit log shows. */
  readonly role?: { readonly arn: string; readonly session: string };
}

/** What the chain of the SDK reads, of the operator's environment. */
export const AWS_SETTINGS: readonly { readonly variable: string; readonly purpose: string }[] = [
  { variable: 'AWS_REGION', purpose: 'the region, where the config names none' },
  { variable: 'AWS_DEFAULT_REGION', purpose: 'the region, where AWS_REGION is not set either' },
  { variable: 'AWS_PROFILE', purpose: 'the profile of ~/.aws whose credentials and region are used' },
  { variable: 'AWS_ENDPOINT_URL', purpose: 'another address of all services, such as a test server' },
];

export const AWS_CREDENTIALS: readonly {
  readonly variable: string;
  readonly purpose: string;
  readonly optional: boolean;
}[] = [
  {
    variable: 'AWS_ACCESS_KEY_ID',
    purpose: 'the access key, where no profile or role of the machine is used',
    optional: true,
  },
  { variable: 'AWS_SECRET_ACCESS_KEY', purpose: 'the secret of the access key', optional: true },
  { variable: 'AWS_SESSION_TOKEN', purpose: 'the token of temporary credentials', optional: true },
];

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Keys of the operator's environment; a profile comes before them, as the SDK has it. */
export function keysOf({ credentials, settings, profile }: AwsAccess): AwsKeys | undefined {
  const [id, secret, token] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].map(
    (name) => credentials[name]?.reveal() || undefined,
  );
  if (profile !== undefined || settings['AWS_PROFILE'] || id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) };
}

/** Another address of all services. Only this machine may be asked without TLS. */
export function endpointOf({ settings }: AwsAccess): string | undefined {
  const text = settings['AWS_ENDPOINT_URL'];
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && /^(?:localhost|127\.[0-9.]+|\[::1\])$/.test(url.hostname);
  if (url && (url.protocol === 'https:' || (local && url.protocol === 'http:'))) return text;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    reason: 'AWS_ENDPOINT_URL is not an https address',
    fix: 'Correct it, or unset it',
  });
}
