import type { Finding } from '../core/finding.ts';
import type { EnvironmentState } from '../core/state.ts';
import type { Workspace } from './workspace.ts';

/** A run that has not come to its end. */
export interface OpenRun {
  readonly env: string;
  readonly run_id: string;
  /** `cut_off`: whoever ran it is gone. */
  readonly status: 'running' | 'cut_off';
  /** Commands that end it, when nobody else does. */
  readonly next_steps: readonly string[];
}

export async function openRuns(
  workspace: Workspace,
  environments: readonly EnvironmentState[],
): Promise<readonly OpenRun[]> {
  const runs = await Promise.all(
    environments.map(async ({ name, active_run }) => (active_run ? [await openRun(workspace, name, active_run)] : [])),
  );
  return runs.flat();
}

async function openRun({ state }: Workspace, env: string, run_id: string): Promise<OpenRun> {
  const holder = await state.holder(env);
  return holder && holder.condition !== 'dead'
    ? { env, run_id, status: 'running', next_steps: [] }
    : { env, run_id, status: 'cut_off', next_steps: waysToEnd(run_id, env) };
}

export function openRunFinding({ env, run_id, status }: OpenRun): Finding {
  const [message, fix] =
    status === 'cut_off'
      ? [cutOffSentence(run_id, env), howToEnd(run_id, env)]
      : [`${run_id} is under way in ${env}`, `See: deployer run show ${run_id}`];
  return { level: 'warning', code: 'RUN_UNFINISHED', message, fix };
}

/** Going on first, then going back. */
export function waysToEnd(run: string, env: string): readonly [string, string] {
  return [`deployer resume ${run}`, `deployer rollback --env ${env}`];
}

export function cutOffSentence(run: string, env: string): string {
  return `${run} was cut off in ${env} and is neither finished nor undone`;
}

export function howToEnd(run: string, env: string): string {
  const [on, back] = waysToEnd(run, env);
  return `Finish it: ${on}, or take it back: ${back}`;
}
