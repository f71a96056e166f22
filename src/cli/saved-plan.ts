import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import { PLAN_FORMAT, type Plan } from '../core/plan.ts';
import { planId } from '../plan/finish.ts';
import { planJson } from '../report/plan/json.ts';
import type { Workspace } from '../workflows/workspace.ts';
import type { wishesOf } from './run-options.ts';
import { readStdin } from './stdin.ts';
import { usage } from './usage.ts';

const LARGEST = 64 * 1024 * 1024;

/** Saves a plan for `deploy --plan`. */
export async function savePlan(plan: Plan, { cwd, file }: { cwd: string; file: string }): Promise<void> {
  await writeFile(resolve(cwd, file), planJson(plan), { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw new DeployerError({
      code: 'IO_FAILED',
      reason: `The plan cannot be written to ${file} (${error.code})`,
      fix: 'Name a file in a folder that you may write to',
      stage: 'plan',
    });
  });
}

/** Reads a plan that `plan --out` wrote; `-` is stdin. A file that is not one, or was edited, is refused. */
export async function readSavedPlan(cwd: string, file: string): Promise<Plan> {
  const plan = parse(file === '-' ? await readStdin('plan') : await read(resolve(cwd, file), file), file);
  if (plan.id !== planId(plan)) throw refused(file, 'was changed after it was saved');
  return plan;
}

const OPTIONS: Readonly<Record<keyof ReturnType<typeof wishesOf>, string>> = {
  services: '--service NAME',
  canaryPercent: '--canary PERCENT',
  force: '--force',
};

/** `USAGE` for wishes that belong to planning: a saved plan has its own, and runs as it is. */
export function refuseWishes(wishes: ReturnType<typeof wishesOf>): void {
  const [typed] = (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).filter((name) => wishes[name] !== undefined);
  if (!typed) return;
  const [option = ''] = OPTIONS[typed].split(' ');
  throw usage(
    `${option} has no meaning beside --plan: a saved plan runs as it is`,
    `Leave ${option} out, or save another plan: deployer plan ${OPTIONS[typed]} --out plan.json`,
  );
}

/** `USAGE` when the environment that is named is not the plan's. */
export async function refuseOtherEnvironment(
  workspace: Workspace,
  { plan, typed }: { readonly plan: Plan; readonly typed: string },
): Promise<void> {
  const { findTarget } = await import('../workflows/observe.ts');
  const { document } = await workspace.state.read();
  if (typed === plan.env || findTarget(workspace, document, { env: typed }).name === plan.env) return;
  throw usage(
    `--env ${typed} contradicts --plan: the saved plan is for ${plan.env}`,
    `Leave --env out, or save another plan: deployer plan --env ${typed} --out plan.json`,
  );
}

async function read(path: string, shown: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new DeployerError({
      code: 'NOT_FOUND',
      reason: `There is no readable file ${shown}`,
      fix: `Save a plan first: deployer plan --out ${shown}`,
      stage: 'plan',
    });
  if (text.length > LARGEST) throw refused(shown, 'is too large for a plan');
  return text;
}

function parse(text: string, file: string): Plan {
  try {
    const value = JSON.parse(text) as Partial<Plan> | null;
    if (value?.format === PLAN_FORMAT && Array.isArray(value.operations) && typeof value.env === 'string')
      return value as Plan;
  } catch {
    // The parser's message quotes the file.
  }
  throw refused(file, `is not a plan of format ${PLAN_FORMAT}`);
}

function refused(file: string, why: string): DeployerError {
  const shown = file === '-' ? 'The plan on stdin' : file;
  return new DeployerError({
    code: 'PLAN_STALE',
    reason: `${shown} ${why}`,
    fix: `Save it again: deployer plan --out ${file === '-' ? 'plan.json' : file}`,
    stage: 'plan',
  });
}
