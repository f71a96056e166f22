import type { EnvironmentConfig, FlagValue, ServiceConfig } from './config.ts';
import { type Digest, digestValue } from './digest.ts';
import type { AppliedConfiguration, EnvironmentState } from './state.ts';

/** The config file's values with everything `env set` changed laid over them. Secrets stay references. */
export function configurationOf(
  environment: EnvironmentConfig,
  state: EnvironmentState | undefined,
): AppliedConfiguration {
  const revisions = state?.revisions ?? [];
  return {
    revision: revisions.at(-1)?.revision ?? 0,
    variables: overlay(
      environment.variables,
      revisions.map(({ variables }) => variables),
    ),
    secrets: overlay(
      environment.secrets,
      revisions.map(({ secrets }) => secrets),
    ),
    flags: overlay<FlagValue>(
      environment.flags,
      revisions.map(({ flags }) => flags),
    ),
  };
}

function overlay<T>(
  base: Readonly<Record<string, T>>,
  changes: readonly Readonly<Record<string, T | null>>[],
): Readonly<Record<string, T>> {
  const merged = new Map<string, T>(Object.entries(base));
  for (const change of changes) {
    for (const [name, value] of Object.entries(change)) {
      if (value === null) merged.delete(name);
      else merged.set(name, value);
    }
  }
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Over everything about a service that makes a new release necessary although files and variables are the same. */
export function optionsDigest(service: ServiceConfig): Digest {
  const { driver, options, start, health } = service;
  return digestValue({ driver, options, start, health });
}
