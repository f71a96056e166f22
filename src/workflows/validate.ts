import type { Finding } from '../core/finding.ts';
import { checkEnvironment } from './check-environment.ts';
import type { Workspace } from './workspace.ts';

/** What the loaded config cannot know by itself: that folders exist and references can be parsed; with `env`, that values are there. */
export async function validateProject(workspace: Workspace, request: { env?: string }): Promise<readonly Finding[]> {
  const { config, runtime } = workspace;
  const sources = await runtime.openSources(config.root, workspace.folder);
  const findings: Finding[] = [...workspace.warnings];
  const seen = new Set<string>();
  for (const environment of Object.values(config.environments)) {
    for (const service of Object.values(environment.services)) {
      if (seen.has(service.path)) continue;
      seen.add(service.path);
      findings.push(...sources.check(service));
    }
    for (const [name, text] of Object.entries(environment.secrets)) findings.push(...(await referenceFindings(workspace, { environment: environment.name, name, text })));
  }
  if (request.env) findings.push(...(await checkEnvironment(workspace, request.env)).findings);
  return findings;
}

async function referenceFindings({ runtime }: Workspace, secret: { environment: string; name: string; text: string }): Promise<Finding[]> {
  const problem = await runtime.checkReference(secret.text).then(
    () => undefined,
    (error: unknown) => runtime.failureOf(error),
  );
  if (!problem) return [];
  return [{ level: 'error', code: problem.code, message: problem.reason, path: `environments.${secret.environment}.secrets.${secret.name}`, ...(problem.fix ? { fix: problem.fix } : {}) }];
}
