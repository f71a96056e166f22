import type { Config, DatabaseConfig, EnvironmentConfig, ServiceConfig } from '../../core/config.ts';
import type { Scaffold } from '../../core/scaffold.ts';
import { type AnswersByService, DEFAULT_DRIVER } from '../drivers.ts';
import type { ServicesByEnvironment } from '../effective.ts';
import type { WrittenConfig, WrittenEnvironment, WrittenService } from '../schema/project.ts';
import { completeDatabase } from './database.ts';
import { completeEnvironment } from './environment.ts';
import { overrideDatabase } from './merge.ts';
import { completeService, milliseconds, plain } from './service.ts';

const FIVE_MINUTES = 300_000;
const TEN_SECONDS = 10_000;

/** What the text alone does not tell. */
export type Origin = Pick<Config, 'file' | 'root' | 'digest' | 'interpolations'>;

/** A checked config with all defaults and overrides applied. Environments that override nothing share their services. */
export function completeConfig(
  written: WrittenConfig,
  origin: Origin,
  byEnvironment: ServicesByEnvironment,
  answers: AnswersByService,
): Config {
  const { defaults, state, default_environment: preferred, stack } = written;
  const environments = completeEnvironments(written, byEnvironment, answers);
  return {
    project: written.project,
    ...origin,
    state: { backend: state?.backend ?? 'file', path: plain(state?.path ?? '.deployer') },
    ...(preferred === undefined ? {} : { default_environment: ownName(preferred, environments) }),
    ...(stack ? { stack: given(stack) } : {}),
    concurrency: defaults?.concurrency ?? 4,
    keep: defaults?.keep ?? 3,
    environments,
    notifications: (written.notifications ?? []).map(({ url, on, allow_private }) => ({
      url,
      on: on ?? ['failed', 'held', 'succeeded'],
      allow_private: allow_private ?? false,
    })),
    secret_commands: mapValues(written.secret_commands ?? {}, ({ command, env, timeout }) => ({
      command,
      env: env ?? [],
      timeout: milliseconds(timeout, TEN_SECONDS),
    })),
  };
}

function completeEnvironments(
  written: WrittenConfig,
  byEnvironment: ServicesByEnvironment,
  answers: AnswersByService,
): Config['environments'] {
  const servicesOf = serviceCompleter(written, answers);
  const databasesOf = databaseCompleter(written);
  return mapValues(written.environments, (environment, name) =>
    completeEnvironment(name, environment, {
      services: servicesOf(byEnvironment.get(name) ?? {}),
      databases: databasesOf(environment),
    }),
  );
}

type Services = Readonly<Record<string, WrittenService>>;

/** Completes each written service, and each map of them, once. */
function serviceCompleter(written: WrittenConfig, answers: AnswersByService) {
  const defaults = { driver: written.defaults?.driver ?? DEFAULT_DRIVER, timeout: timeoutOf(written) };
  const services = new Map<WrittenService, ServiceConfig>();
  const maps = new Map<Services, EnvironmentConfig['services']>();
  const complete = (service: WrittenService, name: string) =>
    remembered(services, service, () =>
      completeService(name, service, defaults, answers.get(service) ?? { options: {} }),
    );
  return (map: Services) => remembered(maps, map, () => mapValues(map, complete));
}

function databaseCompleter(written: WrittenConfig) {
  const timeout = timeoutOf(written);
  const base = mapValues(written.databases ?? {}, (database, name) => completeDatabase(name, database, timeout));
  return ({ databases }: WrittenEnvironment): Readonly<Record<string, DatabaseConfig>> => {
    if (!databases) return base;
    return mapValues(written.databases ?? {}, (database, name) =>
      completeDatabase(name, overrideDatabase(database, databases[name] ?? {}), timeout),
    );
  };
}

function timeoutOf(written: WrittenConfig): number {
  return milliseconds(written.defaults?.timeout, FIVE_MINUTES);
}

function given(stack: NonNullable<WrittenConfig['stack']>): Scaffold {
  return Object.fromEntries(Object.entries(stack).filter(([, choice]) => choice !== undefined));
}

function ownName(nameOrAlias: string, environments: Config['environments']): string {
  if (environments[nameOrAlias]) return nameOrAlias;
  return Object.values(environments).find(({ aliases }) => aliases.includes(nameOrAlias))?.name ?? nameOrAlias;
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** Without a prototype: names come from the owner of the config. */
function mapValues<V, W>(map: Readonly<Record<string, V>>, change: (value: V, key: string) => W): Record<string, W> {
  const changed: Record<string, W> = Object.create(null);
  for (const [key, value] of Object.entries(map)) changed[key] = change(value, key);
  return changed;
}
