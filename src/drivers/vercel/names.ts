import { createHash } from 'node:crypto';
import type { Target } from '../../core/driver.ts';
import { isProjectName, readOptions, type Side, sideFor } from './options.ts';

export function sideOf({ mode, service }: Target): Side {
  return sideFor(mode, service.options);
}

/** Name or id of the Vercel project, when none was provisioned yet. */
export function wantedProject({ project, service }: Target): string {
  const { project: named } = readOptions(service.options);
  if (named !== undefined) return named;
  const name = `${project}-${service.name}`.toLowerCase().replace(/-{3,}/g, '--');
  return isProjectName(name) ? name : `${name.replace(/[^a-z0-9-]/g, '-').slice(0, 80)}-${digest(name).slice(0, 8)}`;
}

/** A label of DNS takes 63 characters. */
export function wantedAlias(projectName: string, { environment, service }: Target): string {
  const { alias } = readOptions(service.options);
  if (alias !== undefined) return alias;
  const label = `${projectName}-${environment}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const fitting = label.length <= 63 ? label : `${label.slice(0, 54).replace(/-$/, '')}-${digest(label).slice(0, 8)}`;
  return `${fitting}.vercel.app`;
}

/** Metadata that every deployment of a target carries; the truth about what belongs to whom. */
export const META = {
  project: 'deployerProject',
  environment: 'deployerEnvironment',
  service: 'deployerService',
  version: 'deployerVersion',
  key: 'deployerKey',
} as const;

export function targetMeta({ project, environment, service }: Target): Readonly<Record<string, string>> {
  return { [META.project]: project, [META.environment]: environment, [META.service]: service.name };
}

/** The same for every attempt of one operation. */
export function keyOf(target: Target, idempotencyKey: string): string {
  const { project, environment, service } = target;
  return digest([project, environment, service.name, idempotencyKey].join('\n')).slice(0, 24);
}

export function isOf(target: Target, meta: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(targetMeta(target)).every(([name, value]) => meta?.[name] === value);
}

/** A variable of no deployment, by which a project is known to have been made by us, and for what. */
export const MARK = 'DEPLOYER_MANAGED';

export function markOf({ project, service }: Target): string {
  return `${project}/${service.name}`;
}

/** On variables that we keep. */
export function commentOf({ project, environment, service }: Target): string {
  return `deployer: ${project}/${environment}/${service.name}`;
}

/** A part of a path. */
export function part(text: string): string {
  return encodeURIComponent(text);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
