import type { EnvironmentConfig, FlagValue, ServiceConfig } from './config.ts';
import { type Digest, digestValue } from './digest.ts';
import { newestRevision, settingsOf } from './revisions.ts';
import { holdsSecrets, plainText } from './secret-text.ts';
import type { AppliedConfiguration, EnvironmentState } from './state.ts';

/**
 * The config file's values with everything `env set` changed laid over them. Secrets stay references, and a variable that
 * secrets are put into is a secret: its text stands among them.
 */
export function configurationOf(
  environment: EnvironmentConfig,
  state: EnvironmentState | undefined,
): AppliedConfiguration {
  const revisions = state?.revisions ?? [];
  const { variables, secrets, flags } = settingsOf(revisions);
  const written = Object.entries(overlay(environment.variables, variables));
  const mixed = written.filter(([, text]) => holdsSecrets(text));
  const plain = written.filter(([, text]) => !holdsSecrets(text));
  return {
    revision: newestRevision(revisions),
    variables: Object.fromEntries(plain.map(([name, text]) => [name, plainText(text)])),
    secrets: overlay(Object.fromEntries(mixed), overlay(environment.secrets, secrets)),
    flags: overlay<FlagValue>(environment.flags, flags),
  };
}

function overlay<T>(
  base: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T | null>>,
): Readonly<Record<string, T>> {
  const merged = new Map<string, T>(Object.entries(base));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Over everything about a service that makes a new release necessary although files and variables are the same. */
export function optionsDigest(service: ServiceConfig): Digest {
  const { driver, options, start, release_command, health } = service;
  return digestValue({ driver, options, start, release_command, health });
}
