import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Provisioned, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Json } from '../../../../core/json.ts';
import { type Account, openAccount } from '../../account.ts';
import { certifiedBy, siteCertificate } from '../../certificate.ts';
import { ownTags } from '../../names.ts';
import type { StaticOptions } from '../../options/static.ts';
import { ensureStack } from '../../stack/stack.ts';
import { ownName, type Place, placeOf, prefixOf, tokenOf } from '../names.ts';
import { findDistribution } from './adopted-distribution.ts';
import { templateOf } from './template.ts';
import { adoptedBy, findThings, refuseMoved } from './things.ts';
import { CHECK_PARAMETER } from './viewer-code.ts';

/** Makes the stack, or brings it to what the options say now; one that is under way is waited for. */
export async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const account = await openAccount<StaticOptions>(target, context);
  refuseMoved(target, account, await findThings(target, account));
  const request = {
    name: ownName(target),
    template: JSON.stringify(templateOf(target, account)),
    parameters: {},
    tags: ownTags(target),
  };
  const outcome = await ensureStack(await account.aws.cloudformation(), request, context);
  const place = await readPlace(target, account);
  if (!place) throw incomplete(target);
  const resource = place as unknown as Json;
  return { resource, outcome: outcome === 'created' ? outcome : 'unchanged', url: urlOf(account, place) };
}

/** By what `provision` answered, else by the name of the stack; `undefined` where there is none. */
export async function findPlace(target: Target, account: Account<StaticOptions>): Promise<Place | undefined> {
  return placeOf(target.resource) ?? (await readPlace(target, account));
}

export async function requirePlace(target: Target, account: Account<StaticOptions>): Promise<Place> {
  const place = await findPlace(target, account);
  if (place) return place;
  throw new DeployerError({
    code: 'NOT_FOUND',
    stage: 'deploy',
    reason: `${target.service.name} has no stack in the account ${account.id}, region ${account.region}`,
    fix: 'Deploy again, which makes it anew',
  });
}

/** Where releases are looked at before they have users: CloudFront's own host, which answers before any name leads there. */
export function ownUrlOf({ domain }: Place): string {
  return `https://${domain}`;
}

export function checkUrlOf(place: Place, ref: string): string {
  return `${ownUrlOf(place)}/?${CHECK_PARAMETER}=${tokenOf(ref)}`;
}

export function urlOf({ options }: Account<StaticOptions>, { domain, host }: Place): string {
  return `https://${host ?? userHost(options.domains) ?? domain}`;
}

function userHost(hosts: readonly string[] = []): string | undefined {
  return hosts.find((host) => !host.startsWith('*'));
}

async function readPlace(target: Target, account: Account<StaticOptions>): Promise<Place | undefined> {
  const things = await findThings(target, account);
  const adopts = adoptedBy(target, account);
  const certified = siteCertificate(account.options);
  const { bucket = things?.get('Bucket'), distribution = things?.get('Distribution') } = adopts;
  const name = things?.get('Store');
  if (bucket === undefined || distribution === undefined || name === undefined) return undefined;
  const { describeKeyValueStore } = await account.aws.cloudfront();
  try {
    const [found, { KeyValueStore }] = await Promise.all([
      findDistribution(account, distribution),
      describeKeyValueStore({ Name: name }),
    ]);
    const host = adopts.distribution && userHost(found?.DistributionConfig?.Aliases?.Items);
    return placeOf({
      bucket,
      prefix: prefixOf(target, adopts),
      adopts: { ...adopts },
      ...(certified ? { certified: certifiedBy(certified) } : {}),
      distribution,
      domain: found?.DomainName ?? '',
      ...(host ? { host } : {}),
      store: KeyValueStore?.ARN ?? '',
    });
  } catch (error) {
    // A stack that is being deleted still lists what has gone.
    if (hasCode(error, 'EntityNotFound')) return undefined;
    throw error;
  }
}

function incomplete({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'provision',
    reason: `The stack of ${service.name} lacks its bucket, its distribution or its store`,
    fix: 'Look at it in the console of CloudFormation: somebody has changed it by hand',
  });
}
