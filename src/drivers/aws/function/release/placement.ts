import { isDeepStrictEqual } from 'node:util';
import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Placed, PlaceRequest, Target } from '../../../../core/driver.ts';
import { passOwnCheck } from '../../../own-host-check.ts';
import { usedVariables } from '../place/settings.ts';
import { openSite, type Site } from '../site.ts';
import { ensureAlias, ensureUrl, LIVE, ownAlias, WAITING } from './entrance.ts';
import { type Label, labelOf, readLabel } from './label.ts';
import { recentLines } from './logs.ts';
import { publish } from './publishing.ts';
import { settled } from './versions.ts';

/**
 * Publishes a version, and asks it at an address of its own. The address for users is made with the first release, when
 * nobody knows it yet.
 */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const site = await openSite(target, context);
  const variables = usedVariables(site, request.variables);
  const kept = await findKept(site, request, variables);
  const label = kept?.label ?? labelOf(request.version_id, context.idempotencyKey);
  const version = kept?.ref ?? (await publish(site, { request, label, variables }));
  await settled(site, version);
  const own = await ownAddress(site, version, label);
  if (own !== undefined && !kept) await passCheck(site, { request, version, url: own });
  await ensureAlias(site, { alias: LIVE, version, description: WAITING });
  const url = await ensureUrl(site, LIVE);
  return {
    ref: version,
    ...(url === undefined ? {} : { url }),
    ...(own === undefined ? {} : { internal_url: own }),
    dashboard_url: pageOf(site, version),
  };
}

/** The version that a roll-back goes to, when it is there and has the same variables. */
async function findKept(
  { account, name }: Site,
  { kept, version_id }: PlaceRequest,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly ref: string; readonly label: Label } | undefined> {
  if (kept === undefined) return undefined;
  const { getFunctionConfiguration } = await account.aws.lambda();
  try {
    const found = await getFunctionConfiguration({ FunctionName: name, Qualifier: String(kept) });
    const label = readLabel(found.Description);
    const same = label?.version === version_id && isDeepStrictEqual(found.Environment?.Variables ?? {}, variables);
    return label && same ? { ref: String(kept), label } : undefined;
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) return undefined;
    throw error;
  }
}

async function ownAddress(site: Site, version: string, label: Label): Promise<string | undefined> {
  if (site.account.options.url === 'none') return undefined;
  const alias = ownAlias(label);
  await ensureAlias(site, { alias, version, description: label.version });
  return ensureUrl(site, alias);
}

interface Checked {
  readonly request: PlaceRequest;
  readonly version: string;
  readonly url: string;
}

function passCheck(site: Site, { request, version, url }: Checked): Promise<void> {
  const { target, context } = site;
  return passOwnCheck({ target, request, context, url, lines: () => recentLines(site, version), keptOut: KEPT_OUT });
}

const KEPT_OUT = {
  statuses: /HTTP 403/,
  fix: 'See whether the account allows public addresses of functions: an organisation may forbid them',
};

function pageOf({ account: { region, partition }, name }: Site, version: string): string {
  const host = partition === 'aws-cn' ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  return `https://${region}.${host}/lambda/home?region=${region}#/functions/${name}/versions/${version}`;
}
