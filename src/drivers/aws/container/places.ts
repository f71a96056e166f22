import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import { type Account, openAccount } from '../account.ts';
import type { ContainerOptions } from '../options/container.ts';
import type { Slot } from './names.ts';

/** Where a target's things are, as `provision` found or made them; kept in the state. */
export interface Places {
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly repository: { readonly name: string; readonly uri: string };
  readonly log_group: string;
  readonly execution_role: string;
  readonly task_role: string;
  readonly subnets: readonly string[];
  readonly security_group: string;
  /** Tasks in subnets without another way out get an address of their own. */
  readonly public_ip: boolean;
  /** Certificate and names of the load balancer. */
  readonly certified?: string;
  /** Where users come in; none for a worker. */
  readonly entrance?: Entrance;
}

export interface Entrance {
  readonly url: string;
  readonly rule: string;
  readonly balancer: string;
  readonly groups: Readonly<Record<Slot, string>>;
  /** Where each slot alone answers, for those who may ask it. */
  readonly checks?: Readonly<Record<Slot, string>>;
}

/** A target that is provisioned, as one call of the driver sees it. */
export interface Site {
  readonly account: Account<ContainerOptions>;
  readonly options: ContainerOptions;
  readonly places: Places;
  readonly target: Target;
  readonly context: DriverContext;
}

/** `undefined` before it was provisioned. */
export async function findSite(target: Target, context: DriverContext): Promise<Site | undefined> {
  if (target.resource === null) return undefined;
  const account = await openAccount<ContainerOptions>(target, context);
  const places = target.resource as unknown as Places;
  requireSamePlace(target, account, places);
  return { account, options: account.options, places, target, context };
}

export async function openSite(target: Target, context: DriverContext): Promise<Site> {
  const site = await findSite(target, context);
  if (site) return site;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `${target.service.name} was not provisioned in ${target.environment} yet`,
    fix: `Deploy it: deployer deploy --env ${target.environment}`,
  });
}

/** What is remembered is of one account and region: elsewhere the same names would be others' things. */
export function requireSamePlace({ service, environment }: Target, { id, region }: Account, places: Places): void {
  if (places.account === id && places.region === region) return;
  throw new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${service.name} of ${environment} is in account ${places.account}, ${places.region}, and the credentials are for ${id}, ${region}`,
    fix: 'Use the credentials and region it was deployed with; to move it, destroy it there first',
  });
}

export function resourceOf(places: Places): JsonObject {
  return places as unknown as JsonObject;
}

/** As few as the least size of a preview. */
export function replicasOf({ options, target }: Pick<Site, 'options' | 'target'>): number {
  return target.mode === 'preview' ? 1 : options.replicas;
}

export function isSpot({ options, target }: Pick<Site, 'options' | 'target'>): boolean {
  return options.spot ?? target.mode === 'preview';
}
