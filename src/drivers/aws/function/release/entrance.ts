import { hasCode } from '../../../../aws/failure.ts';
import type { FunctionOptions } from '../../options/function.ts';
import type { Site } from '../site.ts';
import type { Label } from './label.ts';

/** The alias that users are led by. */
export const LIVE = 'live';
/** What an alias says of itself: while it waits, its address is known and nobody was sent there. */
export const [WAITING, SERVING] = ['waits for its first users', 'has the users'];

/** The alias by which one release alone is asked. */
export function ownAlias({ key }: Label): string {
  return `release-${key}`;
}

export type AliasView = NonNullable<Awaited<ReturnType<typeof findAlias>>>;

export async function findAlias({ account, name }: Site, alias: string) {
  const { getAlias } = await account.aws.lambda();
  try {
    return await getAlias({ FunctionName: name, Name: alias });
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) return undefined;
    throw error;
  }
}

/** Makes an alias, unless it is there: it stays where it leads then. */
export async function ensureAlias(
  { account, name }: Site,
  { alias, version, description }: { readonly alias: string; readonly version: string; readonly description: string },
): Promise<void> {
  const { createAlias } = await account.aws.lambda();
  const wanted = { FunctionName: name, Name: alias, FunctionVersion: version, Description: description };
  await unless('ResourceConflict', createAlias(wanted));
}

/** The address of an alias, which everybody may ask; `undefined` for functions that have none. */
export async function ensureUrl({ account, name }: Site, alias: string): Promise<string | undefined> {
  if (account.options.url === 'none') return undefined;
  const lambda = await account.aws.lambda();
  const place = { FunctionName: name, Qualifier: alias };
  const InvokeMode = modeOf(account.options);
  await unless('ResourceConflict', lambda.createFunctionUrlConfig({ ...place, AuthType: 'NONE', InvokeMode }));
  // Both are needed since October 2025.
  const everybody = { ...place, Principal: '*' };
  const asking = { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' as const };
  const invoking = { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true };
  await unless('ResourceConflict', lambda.addPermission({ ...everybody, ...asking, StatementId: 'deployer-url' }));
  await unless('ResourceConflict', lambda.addPermission({ ...everybody, ...invoking, StatementId: 'deployer-invoke' }));
  return urlOf({ account, name }, alias);
}

/** Brings the address that users have to what the options say by now: gone, or answering in another way. */
export async function settleUrl({ account, name }: Site): Promise<void> {
  const lambda = await account.aws.lambda();
  const place = { FunctionName: name, Qualifier: LIVE };
  if (account.options.url === 'none') return unless('ResourceNotFound', lambda.deleteFunctionUrlConfig(place));
  const InvokeMode = modeOf(account.options);
  const now = await lambda.getFunctionUrlConfig(place);
  if (now.InvokeMode !== InvokeMode) await lambda.updateFunctionUrlConfig({ ...place, InvokeMode });
}

function modeOf({ streaming }: FunctionOptions): 'RESPONSE_STREAM' | 'BUFFERED' {
  return streaming ? 'RESPONSE_STREAM' : 'BUFFERED';
}

export async function urlOf(
  { account, name }: Pick<Site, 'account' | 'name'>,
  alias: string,
): Promise<string | undefined> {
  const { getFunctionUrlConfig } = await account.aws.lambda();
  try {
    const { FunctionUrl } = await getFunctionUrlConfig({ FunctionName: name, Qualifier: alias });
    return FunctionUrl?.replace(/\/$/, '');
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) return undefined;
    throw error;
  }
}

/** With its address. One that is gone is no failure. */
export async function removeAlias({ account, name }: Site, alias: string): Promise<void> {
  const lambda = await account.aws.lambda();
  await unless('ResourceNotFound', lambda.deleteFunctionUrlConfig({ FunctionName: name, Qualifier: alias }));
  await unless('ResourceNotFound', lambda.deleteAlias({ FunctionName: name, Name: alias }));
}

async function unless(code: string, call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!hasCode(error, code)) throw error;
  });
}
