import { createHash } from 'node:crypto';
import type { Target } from '../../core/driver.ts';

/** Labels on everything that is made; the truth about what belongs to whom. */
export const LABEL = {
  managed: 'deployer.managed',
  project: 'deployer.project',
  environment: 'deployer.env',
  service: 'deployer.service',
  role: 'deployer.role',
  version: 'deployer.version',
  release: 'deployer.release',
  port: 'deployer.port',
  replica: 'deployer.replica',
  /** On a service of a cluster: how many it has when it is awake. */
  replicas: 'deployer.replicas',
  /** Digest of all that a container was made with, but for its variables. */
  settings: 'deployer.settings',
  /** On a secret of a cluster: the variable whose value it is. */
  variable: 'deployer.variable',
  /** On a service of a cluster that has passed its gate. */
  gated: 'deployer.gated',
  lock: 'deployer.lock',
} as const;

/** The longest name that DNS takes. */
const LONGEST = 63;

/** The same for every attempt of one operation; another for the next one, even of the same version. */
export function releaseOf(target: Target, idempotencyKey: string): string {
  const { project, environment, service } = target;
  return digest([project, environment, service.name, idempotencyKey].join('\n')).slice(0, 10);
}

/** Says everything, since a container's name is the only unique thing on a host; shortened where DNS could not take it. */
export function containerName(target: Target, release: string): string {
  return `${fitting(target, LONGEST - release.length - 1)}-${release}`;
}

/** The longest that a cluster takes for a secret, and how much of that is for the variable. */
const [LONGEST_SECRET, LONGEST_VARIABLE] = [64, 30];

/** Of the secret that holds the value of a variable for one release; says nothing of the value. */
export function secretName(target: Target, release: string, variable: string): string {
  const short =
    variable.length <= LONGEST_VARIABLE
      ? variable
      : `${variable.slice(0, LONGEST_VARIABLE - 9)}-${digest(variable).slice(0, 8)}`;
  return `${fitting(target, LONGEST_SECRET - release.length - short.length - 2)}-${release}-${short}`;
}

/** By which other containers reach a service of which one runs at a time, whatever its release. */
export function aliasOf(target: Target): string {
  return fitting(target, LONGEST);
}

/** The volume of a service that it calls by this name. */
export function volumeName({ project, environment, service }: Target, name: string): string {
  return `${project}-${environment}-${service.name}-${name}`;
}

function fitting({ project, environment, service }: Target, room: number): string {
  const full = `${project}-${environment}-${service.name}`;
  return full.length <= room ? full : `${full.slice(0, room - 9)}-${digest(full).slice(0, 8)}`;
}

/** Of the containers of a release: the first is named like the release, the others have a number. */
export function replicaNames(target: Target, release: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    containerName(target, index === 0 ? release : `${release}-${index + 1}`),
  );
}

/** Of the routes of one proxy. Names hold no dots, so no two targets share one. */
export function routeName({ project, environment, service }: Target): string {
  return [project, environment, service.name].join('.');
}

/** Of the lock of an environment. Names hold no dots, so no two environments share one. */
export function lockName({ project, environment }: Pick<Target, 'project' | 'environment'>): string {
  return `deployer-lock-${project}.${environment}`;
}

/** Labels that every object of a target carries. */
export function targetLabels({ project, environment, service }: Target): Record<string, string> {
  return {
    [LABEL.managed]: '1',
    [LABEL.project]: project,
    [LABEL.environment]: environment,
    [LABEL.service]: service.name,
  };
}

/** As the engine wants a filter. */
export function labelFilter(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify({ label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
