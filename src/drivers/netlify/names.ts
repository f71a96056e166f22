import { createHash } from 'node:crypto';
import type { Target } from '../../core/driver.ts';
import { isSiteName, readOptions, type Side, sideFor } from './options.ts';

export function sideOf({ mode, service }: Target): Side {
  return sideFor(mode, service.options);
}

/** Name or id of the site, when none was provisioned yet. */
export function wantedSite({ project, service }: Target): string {
  const { site } = readOptions(service.options);
  if (site !== undefined) return site;
  const name = slug(`${project}-${service.name}`);
  return isSiteName(name) ? name : `${name.slice(0, 54).replace(/-$/, '')}-${digest(name).slice(0, 8)}`;
}

const LONGEST_BRANCH = 37;

/** The branch of a preview environment. It and the site's name are one label of DNS, which takes 63 characters. */
export function wantedBranch(siteName: string, { environment, service }: Target): string {
  const name = readOptions(service.options).branch ?? slug(environment);
  const most = Math.min(LONGEST_BRANCH, 61 - siteName.length);
  return name.length <= most ? name : `${name.slice(0, most - 9).replace(/-$/, '')}-${digest(name).slice(0, 8)}`;
}

/** The branch of a release in production, where users may be split: they are split between branches. */
export function releaseBranch(key: string): string {
  return `release-${key.slice(0, 12)}`;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** What the title of a deploy tells: Netlify keeps nothing else of ours with one. */
export interface Label {
  readonly target: string;
  readonly version: string;
  /** The same for every attempt of one operation. */
  readonly key: string;
  /** A digest of the names of the variables that came along. */
  readonly names: string;
}

const FIRST = 'deployer';

export function labelOf(target: Target, given: { version: string; key: string; names: readonly string[] }): Label {
  const { project, environment, service } = target;
  return {
    target: `${project}/${environment}/${service.name}`,
    version: given.version,
    key: keyOf(target, given.key),
    names: namesOf(given.names),
  };
}

export function namesOf(names: readonly string[]): string {
  return digest([...names].sort().join('\n')).slice(0, 12);
}

export function titleOf({ target, version, key, names }: Label): string {
  return [FIRST, target, version, key, names].join(' ');
}

export function readTitle(title: string | null | undefined): Label | undefined {
  const [first, target, version, key, names, more] = (title ?? '').split(' ');
  if (first !== FIRST || !target || !version || !key || !names || more !== undefined) return undefined;
  return { target, version, key, names };
}

export function keyOf(target: Target, idempotencyKey: string): string {
  const { project, environment, service } = target;
  return digest([project, environment, service.name, idempotencyKey].join('\n')).slice(0, 24);
}

export function isOf({ project, environment, service }: Target, label: Label | undefined): boolean {
  return label?.target === `${project}/${environment}/${service.name}`;
}

/** A variable of no deploy, by which a site is known to have been made by us, and for what. */
export const MARK = 'DEPLOYER_MANAGED';
/** A variable of no deploy, with the names of those that we keep in the site. */
export const KEPT = 'DEPLOYER_VARIABLES';
/** The same, while publishing is unlocked for the moment. */
export const LOCKED = 'DEPLOYER_LOCKED';

export function markOf({ project, service }: Target): string {
  return `${project}/${service.name}`;
}

/** A part of a path. */
export function part(text: string): string {
  return encodeURIComponent(text);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
