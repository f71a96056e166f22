import type { RunReport } from '../core/run.ts';
import type { RunOptions } from './deploy.ts';
import { destroyEnvironment } from './destroy.ts';
import { isExpired } from './environments.ts';
import type { Workspace } from './workspace.ts';

export interface Pruned {
  readonly env: string;
  readonly expired_at: string;
  readonly report: RunReport;
}

/** Environments whose time is up. */
export async function expiredEnvironments(
  workspace: Workspace,
): Promise<readonly { env: string; expired_at: string }[]> {
  const { document } = await workspace.state.read();
  const now = workspace.runtime.clock.now();
  return Object.values(document.environments)
    .filter((state) => isExpired(state, now))
    .map(({ name, expires_at }) => ({ env: name, expired_at: expires_at ?? '' }));
}

/** Removes every expired environment, on its platforms too. */
export async function pruneEnvironments(workspace: Workspace, options: RunOptions): Promise<readonly Pruned[]> {
  const pruned: Pruned[] = [];
  for (const { env, expired_at } of await expiredEnvironments(workspace)) {
    pruned.push({ env, expired_at, report: await destroyEnvironment(workspace, { env }, options) });
  }
  return pruned;
}
