import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { judgeVariables } from './judge-variables.ts';
import { needFindings, withEvidence } from './need-findings.ts';
import { detectNeeds, type EnvironmentNeeds, NO_NEEDS, withBuildsOf, withNeeds } from './needs.ts';
import { findTarget, loadFacts } from './observe.ts';
import { optionFindings } from './option-secrets.ts';
import { optionVariableFindings } from './option-variables.ts';
import { readSources } from './service-sources.ts';
import { resolveVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** Everything that is missing, wrong or cannot be read among an environment's variables and secrets, at once. */
export async function checkEnvironment(
  workspace: Workspace,
  name: string,
): Promise<{ env: string; findings: readonly Finding[] }> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, { env: name });
  const configuration = configurationOf(environment, document.environments[environment.name]);
  const options = await optionFindings(workspace, environment);
  const variables = await resolveVariables(workspace, environment, configuration);
  const needs = await neededHere(workspace, environment, configuration);
  const drivers = await loadFacts(workspace, environment);
  const given = withNeeds(environment, needs, configuration);
  const named = await optionVariableFindings(workspace, given, variables);
  const judged = await judgeVariables(workspace, withBuildsOf(environment, given), variables);
  const told = [...variables.findings, ...judged];
  const missing = await needFindings({ environment, needs, variables, configuration, drivers, told }, 'likely');
  const found = withEvidence(told, needs);
  return { env: environment.name, findings: [...found, ...missing, ...options, ...named] };
}

/** Folders that cannot be read are for others to tell about: `validate`, and every plan. */
export async function neededHere(
  workspace: Workspace,
  environment: EnvironmentConfig,
  { secrets }: AppliedConfiguration,
): Promise<EnvironmentNeeds> {
  try {
    return await detectNeeds(workspace, await readSources(workspace, environment, Object.keys(secrets)));
  } catch (error) {
    if (error instanceof DeployerError) return NO_NEEDS;
    throw error;
  }
}
