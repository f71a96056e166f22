import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import type { Secret } from '../core/secret.ts';
import { list } from '../core/text.ts';
import type { Workspace } from './workspace.ts';

/** For all providers together, ms. */
const LIMIT = 60_000;

/** What the options of a service refer to, by path; what cannot be read is missing, and a finding of every plan. */
export async function optionSecrets(
  workspace: Workspace,
  facts: DriverFacts,
  service: ServiceConfig,
): Promise<Readonly<Record<string, Secret>>> {
  return (await resolve(workspace, facts.references?.(service.options) ?? {})).values;
}

/** What is wrong with the secrets that options of an environment refer to. */
export async function optionFindings(
  workspace: Workspace,
  environment: EnvironmentConfig,
): Promise<readonly Finding[]> {
  const users = new Map<string, { readonly path: string; readonly reference: string; readonly services: string[] }>();
  for (const service of Object.values(environment.services)) {
    const facts = await workspace.runtime.drivers.facts(service.driver);
    for (const [name, reference] of Object.entries(facts?.references?.(service.options) ?? {})) {
      const path = `${service.driver}.${name}`;
      const known = users.get(`${path} ${reference}`);
      if (known) known.services.push(service.name);
      else users.set(`${path} ${reference}`, { path, reference, services: [service.name] });
    }
  }
  const named = [...users.values()].map(
    ({ path, reference, services }) => [`${path} of ${list(services)}`, reference] as const,
  );
  const { findings } = await resolve(workspace, Object.fromEntries(named));
  // What they are about are options, no variables.
  return findings.map(({ key: _, ...finding }) => finding);
}

async function resolve(workspace: Workspace, references: Readonly<Record<string, string>>) {
  if (Object.keys(references).length === 0) return { values: {}, hidden: [], versions: {}, findings: [] };
  const resolver = await workspace.secrets();
  const resolved = await resolver.resolveAll(references, AbortSignal.timeout(LIMIT));
  workspace.runtime.redactor.add(...resolved.hidden);
  return resolved;
}
