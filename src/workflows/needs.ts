import { basename } from 'node:path';
import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { scaffoldNeeds } from '../core/scaffold.ts';
import type { AppliedConfiguration, EnvironmentState, Version } from '../core/state.ts';
import type { DetectedNeed } from '../project/needs/judge.ts';
import type { ServiceSources } from './service-sources.ts';
import type { Workspace } from './workspace.ts';

/** What asks for variables in one environment. */
export interface EnvironmentNeeds {
  /** What the sources of each service ask for, by its name. */
  readonly services: Readonly<Record<string, readonly DetectedNeed[]>>;
  /** What `stack` of the config says that the project needs, whichever of its services. */
  readonly project: readonly DetectedNeed[];
}

export const NO_NEEDS: EnvironmentNeeds = { services: {}, project: [] };

/** Looks through the sources of all services. Services that others made need nothing. */
export async function detectNeeds(workspace: Workspace, sources: ServiceSources): Promise<EnvironmentNeeds> {
  const services = [...sources.values()].map(({ service }) => service);
  const found: Record<string, readonly DetectedNeed[]> = Object.create(null);
  for (const { service, files } of sources.values())
    if (service.from === undefined) found[service.name] = await workspace.sources().needs(service, services, files);
  return { services: found, project: stackNeeds(workspace) };
}

function stackNeeds({ config }: Workspace): readonly DetectedNeed[] {
  const file = basename(config.file);
  return scaffoldNeeds(config.stack ?? {}).map((need) => ({
    ...need,
    evidence: need.evidence.map((path) => `${file} ${path}`),
    certainty: 'sure',
  }));
}

/** As a release keeps them: what is not sure is no reason to refuse a later promotion. */
export function recordNeeds(needs: readonly DetectedNeed[]): readonly string[] {
  return needs.map(({ key, optional, when, certainty }) => {
    const mark = optional || certainty !== 'sure' ? '?' : '';
    return `${key}${mark}${when === 'build' ? ':build' : ''}`;
  });
}

/** What a version's sources asked for, or those of what runs now. */
export function recordedNeeds(
  workspace: Workspace,
  version: Version | undefined,
  current: EnvironmentState | undefined,
): EnvironmentNeeds {
  const parts = version?.services ?? current?.current ?? {};
  const evidence = version ? [`version ${version.name ?? version.id}`] : ['what runs now'];
  const services = Object.entries(parts).map(
    ([name, { inputs }]) => [name, readNeeds(inputs.needs, evidence)] as const,
  );
  return { services: Object.fromEntries(services), project: stackNeeds(workspace) };
}

function readNeeds(recorded: readonly string[] = [], evidence: readonly string[]): readonly DetectedNeed[] {
  return recorded.map((text) => {
    const [name = '', build] = text.split(':');
    const when = build === undefined ? 'run' : 'build';
    return { key: name.replace('?', ''), optional: name.endsWith('?'), when, evidence, certainty: 'sure' };
  });
}

/**
 * The environment with what its services ask for added to what the config lists: a secret that has a reference is given where
 * `env` would keep it back, and a build sees the plain values that it reads.
 */
export function withNeeds(
  environment: EnvironmentConfig,
  needs: EnvironmentNeeds,
  configuration: AppliedConfiguration,
): EnvironmentConfig {
  const services = Object.values(environment.services);
  const alone = services.filter(({ from }) => from === undefined).length === 1 ? needs.project : [];
  const changed = services.map((service) => {
    const own = needs.services[service.name];
    return [service.name, own ? withOwnNeeds(service, [...own, ...alone], configuration) : service] as const;
  });
  return { ...environment, services: Object.assign(Object.create(null), Object.fromEntries(changed)) };
}

function withOwnNeeds(
  service: ServiceConfig,
  needs: readonly DetectedNeed[],
  { variables, flags, secrets }: AppliedConfiguration,
): ServiceConfig {
  const listed = new Set([...service.env.map(({ key }) => key), ...service.build.env]);
  const fresh = needs.filter(({ key }) => !listed.has(key));
  const unseen = needs.filter(({ key, when }) => when === 'build' && !service.build.env.includes(key));
  // Without `env` it gets all secrets anyway.
  const given = service.env.length > 0 ? fresh.filter(({ key }) => Object.hasOwn(secrets, key)) : [];
  const isPlain = (key: string) =>
    !Object.hasOwn(secrets, key) && (Object.hasOwn(variables, key) || Object.hasOwn(flags, key));
  const built = unseen.filter(({ key }) => isPlain(key));
  if (given.length + built.length === 0) return service;
  return {
    ...service,
    env: [...service.env, ...given.map(({ key }) => ({ key, optional: true }))],
    build: { ...service.build, env: [...service.build.env, ...built.map(({ key }) => key)] },
  };
}

/** The environment as its owner wrote it, with builds that see what they read. */
export function withBuildsOf(written: EnvironmentConfig, { services }: EnvironmentConfig): EnvironmentConfig {
  const changed = Object.values(written.services).map(
    (service) => [service.name, { ...service, build: services[service.name]?.build ?? service.build }] as const,
  );
  return { ...written, services: Object.assign(Object.create(null), Object.fromEntries(changed)) };
}
