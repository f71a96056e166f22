import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { absoluteDatabaseUrl } from '../core/database-url.ts';
import { type Fingerprint, fingerprint } from '../core/digest.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import { reveal, Secret, type Variables } from '../core/secret.ts';
import { namesSecret } from '../core/secret-name.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { list } from '../core/text.ts';
import { withinPaths } from './secret-paths.ts';
import type { Workspace } from './workspace.ts';

/** For all providers together, ms. */
const SECRETS_TIMEOUT = 60_000;
/** Names every driver that runs processes sets itself. */
export const GIVEN = new Set(['PORT', 'HOST']);

/** All values of one environment, and what is wrong with them. Secrets are wrapped and live in memory only. */
export interface EnvironmentVariables {
  readonly values: Variables;
  readonly secretNames: ReadonlySet<string>;
  /** The store's own version of a secret, by name, where it keeps versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

/** Looks up every value of the environment: variables, flags as text, and secrets through their providers. */
export async function resolveVariables(
  workspace: Workspace,
  environment: EnvironmentConfig,
  configuration: AppliedConfiguration,
): Promise<EnvironmentVariables> {
  const { allowed, findings: refused } = withinPaths(environment, configuration.secrets);
  const { values: secrets, hidden, versions, findings } = await resolveSecrets(workspace, allowed);
  const flags = Object.fromEntries(Object.entries(configuration.flags).map(([name, value]) => [name, String(value)]));
  const values = withAbsoluteDatabases(workspace.config.root, environment, {
    ...configuration.variables,
    ...flags,
    ...secrets,
  });
  workspace.runtime.redactor.add(...hidden);
  return {
    values,
    secretNames: new Set(Object.keys(configuration.secrets)),
    versions,
    findings: [...refused, ...findings, ...missing(environment, values, configuration.secrets)],
  };
}

async function resolveSecrets(workspace: Workspace, references: AppliedConfiguration['secrets']) {
  if (Object.keys(references).length === 0) return { values: {}, hidden: [], versions: {}, findings: [] };
  const resolver = await workspace.secrets();
  return await resolver.resolveAll(references, AbortSignal.timeout(SECRETS_TIMEOUT));
}

/**
 * What one service gets. One that runs, if only a release command: every plain value, and the secrets that `env` or `build.env` names, all of them
 * when it has no `env`. An image runs, with a start command or its own. One that is only
 * files: what its build names. One that others have made: only what its `env` names.
 */
export function serviceVariables(
  service: ServiceConfig,
  facts: DriverFacts | undefined,
  all: EnvironmentVariables,
): Variables {
  if (service.from !== undefined) return pick(all.values, (name) => service.env.some(({ key }) => key === name));
  const named = new Set([...service.env.map(({ key }) => key), ...service.build.env]);
  const isRunning = runs(service, facts);
  return pick(all.values, (name) => {
    if (!isRunning) return service.build.env.includes(name);
    return !all.secretNames.has(name) || named.has(name) || service.env.length === 0;
  });
}

/** Whether anything of it runs, and can read variables then. */
export function runs({ start, release_command, options }: ServiceConfig, facts: DriverFacts | undefined): boolean {
  if (start !== undefined || release_command !== undefined || facts?.artifact === 'image') return true;
  return facts?.capabilities.includes('configure') === true || facts?.readsVariables?.(options) === true;
}

/** What its build sees: only the names that the config lists. */
export function buildVariables(service: ServiceConfig, all: EnvironmentVariables): Variables {
  const named = new Set(service.build.env);
  return pick(all.values, (name) => named.has(name));
}

/** Fingerprints by name; none before the project has a key. */
export function fingerprints(variables: Variables, key: Uint8Array | undefined): Record<string, Fingerprint> {
  if (!key) return {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, fingerprint(key, name, reveal(value))]),
  );
}

function pick(values: Variables, wanted: (name: string) => boolean): Variables {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => wanted(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function withAbsoluteDatabases(root: string, environment: EnvironmentConfig, values: Variables): Variables {
  const absolute: Record<string, string | Secret> = { ...values };
  for (const { connection_env, migration_env } of Object.values(environment.databases)) {
    for (const name of [connection_env, migration_env]) {
      const value = name === undefined ? undefined : absolute[name];
      if (name === undefined || value === undefined) continue;
      const url = absoluteDatabaseUrl(root, reveal(value));
      absolute[name] = value instanceof Secret ? new Secret(url) : url;
    }
  }
  return absolute;
}

/** What is needed and neither has a value nor a reference, which would have a finding of its own. */
function missing(
  environment: EnvironmentConfig,
  values: Variables,
  references: AppliedConfiguration['secrets'],
): Finding[] {
  const needed = new Map<string, string[]>();
  const need = (name: string, by: string) => needed.set(name, [...(needed.get(name) ?? []), by]);
  for (const service of Object.values(environment.services)) {
    const optional = new Set(service.env.filter((entry) => entry.optional).map(({ key }) => key));
    for (const { key } of service.env) if (!optional.has(key)) need(key, service.name);
    for (const name of service.build.env)
      if (!optional.has(name) && !service.env.some(({ key }) => key === name)) need(name, service.name);
  }
  for (const database of Object.values(environment.databases))
    if (database.migrations) need(database.connection_env, `database ${database.name}`);
  return [...needed]
    .filter(([name]) => !(name in values) && !GIVEN.has(name) && !(name in references))
    .map(([name, users]) => missingFinding(environment, name, users));
}

function missingFinding({ name: env, services }: EnvironmentConfig, name: string, users: readonly string[]): Finding {
  const said = Object.values(services).flatMap((service) => service.env.filter(({ key }) => key === name));
  const isSecret = said.some(({ sensitive }) => sensitive) || namesSecret(name.toUpperCase());
  return {
    level: 'error',
    code: 'MISSING_ENV',
    message: `Missing ENV: ${name} (needed by ${list([...new Set(users)])})`,
    path: `environments.${env}.secrets.${name}`,
    key: name,
    fix: `Add ${name} under environments.${env}.secrets${isSecret ? '' : ', or under variables when it is no secret'}`,
  };
}
