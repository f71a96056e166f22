import { configurationOf } from '../core/configuration.ts';
import type { Finding } from '../core/finding.ts';
import { judgeVariables } from './judge-variables.ts';
import { findTarget } from './observe.ts';
import { optionFindings } from './option-secrets.ts';
import { optionVariableFindings } from './option-variables.ts';
import { resolveVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** Everything that is missing, wrong or cannot be read among an environment's variables and secrets, at once. */
export async function checkEnvironment(
  workspace: Workspace,
  name: string,
): Promise<{ env: string; findings: readonly Finding[] }> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, { env: name });
  const options = await optionFindings(workspace, environment);
  const variables = await resolveVariables(
    workspace,
    environment,
    configurationOf(environment, document.environments[environment.name]),
  );
  const named = await optionVariableFindings(workspace, environment, variables);
  const judged = await judgeVariables(workspace, environment, variables);
  return { env: environment.name, findings: [...variables.findings, ...judged, ...options, ...named] };
}
