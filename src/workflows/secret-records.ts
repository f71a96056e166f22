import type { ServiceConfig } from '../core/config.ts';
import type { Fingerprint } from '../core/digest.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { SecretRecord } from '../core/run.ts';
import type { Variables } from '../core/secret.ts';
import { optionSecrets } from './option-secrets.ts';
import { type EnvironmentVariables, fingerprints } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** What may be written down of all secrets of an environment. */
export function secretRecords(all: EnvironmentVariables, key: Uint8Array | undefined): Record<string, SecretRecord> {
  const secrets = Object.entries(fingerprints(all.values, key)).filter(([name]) => all.secretNames.has(name));
  return Object.fromEntries(
    secrets.map(([name, fingerprint]) => {
      const version = all.versions[name];
      return [name, { fingerprint, ...(version === undefined ? {} : { version }) }];
    }),
  );
}

/** The versions of the secrets among what a service gets; nothing where no store tells one. */
export function versionsAmong(
  variables: Variables,
  { versions }: EnvironmentVariables,
): { readonly secret_versions?: Readonly<Record<string, string>> } {
  const known = Object.entries(versions).filter(([name]) => Object.hasOwn(variables, name));
  return known.length === 0 ? {} : { secret_versions: Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Fingerprints of what the options of a service refer to; nothing where they refer to nothing that can be read. */
export async function optionFingerprints(
  workspace: Workspace,
  facts: DriverFacts | undefined,
  service: ServiceConfig,
): Promise<{ readonly option_secrets?: Readonly<Record<string, Fingerprint>> }> {
  if (!facts?.references) return {};
  const known = fingerprints(await optionSecrets(workspace, facts, service), await workspace.state.key());
  return Object.keys(known).length === 0 ? {} : { option_secrets: known };
}
