import { createHash } from 'node:crypto';
import type { DriverContext, Target } from '../../core/driver.ts';
import { readOptions } from './options.ts';

/** Name or id of the Railway project, when none was provisioned yet. */
export function wantedProject({ project, service }: Target, { settings }: Pick<DriverContext, 'settings'>): string {
  return namedProject(service.options, settings) ?? project;
}

/** Naming a project is consent to use one that is there. */
export function namedProject(
  options: Target['service']['options'],
  settings: DriverContext['settings'],
): string | undefined {
  const { project } = readOptions(options);
  return project ?? (settings['RAILWAY_PROJECT_ID'] || undefined);
}

export function wantedEnvironment({ environment, service }: Target): string {
  return readOptions(service.options).environment ?? environment;
}

/** Railway takes 32 characters. */
export function wantedService({ service }: Target): string {
  const { service: named } = readOptions(service.options);
  if (named !== undefined || service.name.length <= 32) return named ?? service.name;
  return `${service.name.slice(0, 23).replace(/-$/, '')}-${digest(service.name).slice(0, 8)}`;
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The description of a project that we made. */
export function projectMark({ project }: Target): string {
  return `Made by deployer for ${project}`;
}

/** A variable of services that we made. */
export const MARK = 'DEPLOYER_MANAGED';

export function serviceMark({ project, service }: Target): string {
  return `${project}/${service.name}`;
}

/** A shared variable of environments that we made. */
export const ENVIRONMENT_MARK = 'DEPLOYER_ENVIRONMENT';

export function environmentMark({ project, environment }: Target): string {
  return `${project}/${environment}`;
}

/** The shared variable that holds what is known of a service in an environment. */
export function recordName(service: string): string {
  return `DEPLOYER_RECORD_${service.replaceAll('-', '_').toUpperCase()}`;
}

export function targetName({ project, environment, service }: Target): string {
  return `${project}/${environment}/${service.name}`;
}

/** The same for every attempt of one operation. */
export function keyOf(target: Target, idempotencyKey: string): string {
  return digest(`${targetName(target)}\n${idempotencyKey}`).slice(0, 24);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Where people look at a service. */
export function dashboardUrl(place: PlaceIds, deployment?: string): string {
  const query = new URLSearchParams({ environmentId: place.environment, ...(deployment ? { id: deployment } : {}) });
  return `https://railway.com/project/${place.project}/service/${place.service}?${query}`;
}

/** Where a target is at Railway: the target's resource. */
export interface PlaceIds {
  readonly project: string;
  readonly environment: string;
  readonly service: string;
}
