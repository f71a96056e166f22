import { isDeepStrictEqual } from 'node:util';
import { hasCode } from '../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { type Account, openAccount } from '../account.ts';
import { isOwn, nameOf } from '../names.ts';
import type { FunctionOptions } from '../options/function.ts';

const LONGEST_NAME = 64;

/** A target's function, and the account it is in. */
export interface Site {
  readonly account: Account<FunctionOptions>;
  readonly target: Target;
  readonly context: DriverContext;
  /** Name of the function, of its role, and of both in the log. */
  readonly name: string;
}

export async function openSite(target: Target, context: DriverContext): Promise<Site> {
  const account = await openAccount<FunctionOptions>(target, context);
  const site = { account, target, context, name: account.options.function_name ?? nameOf(target, LONGEST_NAME) };
  requireSame(site);
  return site;
}

/** What `provision` answers. */
export function resourceOf({ name, account }: Site) {
  return { function: name, region: account.region, account: account.id };
}

/** What was deployed is one function, in one account and region: with another one it would be left alone, and go on. */
function requireSame(site: Site): void {
  const { target } = site;
  const [before, now] = [target.resource as ReturnType<typeof resourceOf> | null, resourceOf(site)];
  if (before === null || isDeepStrictEqual(before, now)) return;
  const shown = (one: typeof now) => `${one.function} in account ${one.account}, ${one.region}`;
  throw new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${target.service.name} of ${target.environment} is the function ${shown(before)}, and credentials and options lead to ${shown(now)}`,
    fix: 'Use the credentials, region and name it was deployed with; to move it, destroy it there first',
  });
}

/** Name of the role that is made for it, and of its group of logs. */
export function roleName({ target }: Pick<Site, 'target'>): string {
  return nameOf(target, LONGEST_NAME);
}

export function logGroup({ name }: Pick<Site, 'name'>): string {
  return `/aws/lambda/${name}`;
}

export type FunctionView = NonNullable<Awaited<ReturnType<typeof findFunction>>>;

/** The function with its tags; `undefined` when it is not there. One that is somebody else's is refused, unless it is named. */
export async function findFunction({ account, target, name }: Site) {
  const { getFunction } = await account.aws.lambda();
  try {
    const found = await getFunction({ FunctionName: name });
    const own = isOwn(target, found.Tags ?? {});
    if (!own && account.options.function_name === undefined) throw stranger(target, name);
    return { ...found, own };
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) return undefined;
    throw error;
  }
}

function stranger({ service }: Target, name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `The account has a Lambda function ${name} that is not ${service.name}'s`,
    fix: `Name another one in services.${service.name}.aws.function_name, or that one to use it`,
  });
}
