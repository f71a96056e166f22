import { configurationOf } from '../core/configuration.ts';
import type { Finding } from '../core/finding.ts';
import { count } from '../core/text.ts';
import { checkEnvironment } from './check-environment.ts';
import { environmentNames, isConfigured } from './environments.ts';
import { findTarget } from './observe.ts';
import { observeDatabases } from './observe-databases.ts';
import { distinct, examinePlatform } from './preflight.ts';
import { platformLockFindings } from './unlock.ts';
import { resolveVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

export interface Examination {
  readonly checks: readonly { readonly name: string; readonly result: string }[];
  readonly findings: readonly Finding[];
}

/** Looks at everything a deploy would need: runtime, state, and per environment variables, platforms and databases. */
export async function examine(workspace: Workspace, request: { env?: string }): Promise<Examination> {
  const { document } = await workspace.state.read();
  const names = request.env
    ? [findTarget(workspace, document, { env: request.env }).name]
    : environmentNames(workspace, document);
  const state = await workspace.state.verify();
  const checks = [
    { name: 'node', result: process.version },
    {
      name: 'config',
      result: `${count(Object.keys(workspace.config.environments).length, 'environment')} in ${workspace.config.file}`,
    },
    { name: 'state', result: summary(state.findings) },
  ];
  const findings: Finding[] = [...workspace.warnings, ...state.findings];
  for (const name of names) {
    const found = await examineEnvironment(workspace, name);
    checks.push({ name: `environment ${name}`, result: summary(found.findings) }, ...found.checks);
    findings.push(...found.findings);
  }
  return { checks, findings };
}

async function examineEnvironment(workspace: Workspace, name: string): Promise<Examination> {
  const { document } = await workspace.state.read();
  if (!isConfigured(workspace, document, name)) return { checks: [], findings: [forgotten(workspace, name)] };
  const environment = findTarget(workspace, document, { env: name });
  const state = document.environments[name];
  const { findings } = await checkEnvironment(workspace, name);
  const variables = await resolveVariables(workspace, environment, configurationOf(environment, state));
  const databases = await observeDatabases(workspace, environment, variables);
  const services = Object.values(environment.services);
  const place = { environment, state };
  const platforms = await Promise.all(services.map((service) => examinePlatform(workspace, place, service)));
  const locks = await platformLockFindings(workspace, name);
  const seen = distinct(platforms.flatMap((platform) => platform.findings));
  return {
    checks: distinct(platforms.flatMap(({ checks }) => checks)).map((check) => ({ ...check, name: `  ${check.name}` })),
    findings: [...findings, ...databases.findings, ...seen, ...locks],
  };
}

function summary(findings: readonly Finding[]): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  return errors ? count(errors, 'error') : warnings ? `ok, ${count(warnings, 'warning')}` : 'ok';
}

/** What it runs goes on, and nothing can be deployed to it or taken away. */
function forgotten({ config }: Workspace, name: string): Finding {
  return {
    level: 'warning',
    code: 'INVALID_CONFIG',
    message: `The environment ${name} stands in the state, and neither it nor what it was made from stands in the config`,
    place: { file: config.file },
    fix: 'Put it back into the config; to be rid of it, destroy it then',
  };
}
