import { type Failure, toFailure } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { parseReference } from '../secrets/reference.ts';
import { checkEnvironment } from './check-environment.ts';
import type { Workspace } from './workspace.ts';

/** What the loaded config cannot know by itself: that folders exist and references can be parsed; with `env`, that values are there. */
export async function validateProject(workspace: Workspace, request: { env?: string }): Promise<readonly Finding[]> {
  const { config } = workspace;
  const sources = workspace.sources();
  const findings: Finding[] = [...workspace.warnings];
  const seen = new Set<string>();
  for (const environment of Object.values(config.environments)) {
    for (const service of Object.values(environment.services)) {
      if (seen.has(service.path)) continue;
      seen.add(service.path);
      findings.push(...findingsOf(sources.problem(service)));
    }
    for (const [name, text] of Object.entries(environment.secrets))
      findings.push(...referenceFindings({ environment: environment.name, name, text }));
  }
  if (request.env) findings.push(...(await checkEnvironment(workspace, request.env)).findings);
  return findings;
}

function referenceFindings(secret: { environment: string; name: string; text: string }): Finding[] {
  const problem = problemOf(secret.text);
  if (!problem) return [];
  return [
    {
      level: 'error',
      code: problem.code,
      message: problem.reason,
      path: `environments.${secret.environment}.secrets.${secret.name}`,
      ...(problem.fix ? { fix: problem.fix } : {}),
    },
  ];
}

/** The folder of a service that cannot be read, as a finding. */
function findingsOf(problem: Failure | undefined): readonly Finding[] {
  if (!problem) return [];
  return (
    problem.findings ?? [
      { level: 'error', code: problem.code, message: problem.reason, ...(problem.fix ? { fix: problem.fix } : {}) },
    ]
  );
}

function problemOf(reference: string): Failure | undefined {
  try {
    parseReference(reference);
    return undefined;
  } catch (error) {
    return toFailure(error);
  }
}
