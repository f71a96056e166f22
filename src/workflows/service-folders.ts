import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import type { Failure } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { buildInputsOf } from './build-inputs.ts';
import type { Workspace } from './workspace.ts';

/** What keeps folders of services from being read, each once, with its place in the config. */
export async function folderFindings(
  workspace: Workspace,
  environments: readonly EnvironmentConfig[],
): Promise<Finding[]> {
  const sources = workspace.sources();
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const environment of environments) {
    for (const service of Object.values(environment.services)) {
      if (seen.has(service.path)) continue;
      seen.add(service.path);
      const secrets = Object.keys(configurationOf(environment, undefined).secrets);
      const problem = sources.problem(service, await buildInputsOf(workspace, { environment, service, secrets }));
      if (problem) findings.push(...(await placed(workspace, problem, { environment, service })));
    }
  }
  return findings;
}

/** An environment may give a service another folder. */
async function placed(
  { runtime, config }: Workspace,
  { code, reason, fix, findings }: Failure,
  { environment, service }: { environment: EnvironmentConfig; service: ServiceConfig },
): Promise<Finding[]> {
  const found = findings ?? [{ level: 'error', code, message: reason, ...(fix ? { fix } : {}) }];
  const own = `environments.${environment.template ?? environment.name}.`;
  return Promise.all(
    found.map(async (finding) => {
      const { path = `services.${service.name}.path` } = finding;
      const site = await runtime.locate(config.file, [own + path, path]);
      return { ...finding, path, ...site };
    }),
  );
}
