import { AWS_CREDENTIALS, AWS_SETTINGS } from '../../aws/access.ts';
import { type Aws, openAws } from '../../aws/aws.ts';
import { hasCode, wordsOf } from '../../aws/failure.ts';
import { DeployerError } from '../../core/errors.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import { failure } from '../failure.ts';

/** For one call and its tries, ms. */
const TIMEOUT = 10_000;

/** Never aborted: each call has a signal of its own. */
const OPEN = new AbortController().signal;

/**
 * AWS by region, the operator's own unless named; each is opened once, when it is first asked. `attempts` of each call, where
 * the usual ones are too many.
 */
export function awsByRegion(world: Pick<ProviderWorld, 'environment'>, attempts?: number): (region?: string) => Aws {
  const opened = new Map<string | undefined, Aws>();
  return (region) => {
    const aws = opened.get(region) ?? awsOf(world, { region, attempts });
    opened.set(region, aws);
    return aws;
  };
}

/** As the operator: by the variables here, else by the chain of the SDK (profiles, roles of the machine or of CI). */
function awsOf({ environment }: Pick<ProviderWorld, 'environment'>, { region, attempts }: Terms): Aws {
  const set = (names: readonly { readonly variable: string }[]) =>
    names.flatMap(({ variable }) => (environment[variable] ? [[variable, environment[variable]] as const] : []));
  return openAws({
    settings: Object.fromEntries(set(AWS_SETTINGS)),
    credentials: Object.fromEntries(set(AWS_CREDENTIALS).map(([name, value]) => [name, new Secret(value)])),
    signal: OPEN,
    ...(region === undefined ? {} : { region }),
    ...(attempts === undefined ? {} : { attempts }),
  });
}

interface Terms {
  readonly region: string | undefined;
  readonly attempts: number | undefined;
}

export interface AwsErrand {
  /** Names for messages what is read or written. */
  readonly what: string;
  /** The right that it takes, for whoever has not got it. */
  readonly right: string;
  /** A read unless given. */
  readonly does?: 'read' | 'write';
}

/** One call within its time. What the service refuses becomes what a provider throws, without the service's words. */
export async function askAws<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  errand: AwsErrand,
  signal: AbortSignal,
): Promise<T> {
  const limit = AbortSignal.timeout(TIMEOUT);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw failure('TIMEOUT', `${errand.what}: AWS did not answer within 10s`, REACH_FIX);
    throw refusal(error, errand);
  }
}

const REACH_FIX = 'Check AWS_REGION and the connection, then try again';
const GONE_FIX = 'Correct the name, or AWS_REGION and AWS_PROFILE; names belong to one region of one account';

function refusal(error: unknown, { what, right, does = 'read' }: AwsErrand): unknown {
  if (!(error instanceof DeployerError)) return error;
  const { code, reason, fix = 'Try again later' } = error.failure;
  if (/region is missing/i.test(wordsOf(error)))
    return failure('INVALID_CONFIG', `${what}: no region of AWS is known`, 'Set AWS_REGION where deployer runs');
  if (/marked for deletion|scheduled for deletion/i.test(wordsOf(error)))
    return failure('MISSING_ENV', `${what} is marked for deletion`, 'Restore it, or refer to another secret');
  if (code === 'NOT_FOUND') return failure('MISSING_ENV', `${what} is not there`, GONE_FIX);
  if (code === 'INSUFFICIENT_PERMISSIONS' && hasCode(error, 'DecryptionFailure'))
    return failure(code, `${what} cannot be decrypted`, 'Allow kms:Decrypt for its key');
  if (code === 'INSUFFICIENT_PERMISSIONS')
    return failure(
      code,
      `${what}: the credentials have no right to ${does} it`,
      `Allow ${right} for it, and ${does === 'read' ? 'kms:Decrypt' : 'kms:Encrypt and kms:GenerateDataKey'} for its key`,
    );
  return failure(code === 'DEPLOY_FAILED' ? 'INVALID_ENV' : code, `${what}: ${reason}`, fix);
}
