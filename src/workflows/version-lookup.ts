import { DeployerError } from '../core/errors.ts';
import type { Deployment, Version } from '../core/state.ts';
import { findTarget, requireState } from './observe.ts';
import type { Workspace } from './workspace.ts';

/** The version that runs in an environment now. */
export async function currentVersion(workspace: Workspace, env: string): Promise<Version> {
  const { document } = await workspace.state.read();
  const state = requireState(document, findTarget(workspace, document, { env }).name);
  const last = state.deployments.at(-1);
  if (last) return workspace.state.versions.get(last.version_id);
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `No version runs in ${state.name}`,
    fix: `Deploy first: deployer deploy --env ${state.name}`,
    stage: 'state',
  });
}

/** The deployment a roll-back goes to: of the version named, else the newest one of another version than today's. */
export function rollbackTarget(deployments: readonly Deployment[], env: string, version?: Version): Deployment {
  const current = deployments.at(-1);
  const earlier = deployments.slice(0, -1).reverse();
  const target = version
    ? earlier.find(({ version_id }) => version_id === version.id)
    : earlier.find(({ version_id }) => version_id !== current?.version_id);
  if (target) return target;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: version
      ? `${version.id} did not run in ${env} lately, or is what runs now`
      : `There is no earlier version in ${env} to go back to`,
    fix: `Versions that ran there: deployer versions --env ${env}`,
    stage: 'state',
  });
}
