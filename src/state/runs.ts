import { join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Store } from '../core/store.ts';

const FOLDER = 'runs/';
const ID = /^run_[0-9A-Za-z]{1,64}$/;

/** One folder per run: its plan, and what `execute/` writes there (journal, logs). */
export interface Runs {
  /** Absolute path of a run's folder on this machine. Made by `writePlan`. `NOT_FOUND` for what is no run id. */
  folder(id: string): string;
  /** Ids, newest first. */
  list(options: { readonly limit: number }): Promise<readonly string[]>;
  /** Keeps the plan that was approved. Once per run; the same plan again is no error, another one is `STATE_CONFLICT`. */
  writePlan(id: string, plan: Plan): Promise<void>;
  /** `NOT_FOUND` when there is no such run, `STATE_CORRUPT` when its plan is not whole. */
  readPlan(id: string): Promise<Plan>;
}

export function openRuns({ store, folder }: { store: Store; folder: string }): Runs {
  return {
    folder: (id) => join(folder, 'runs', checked(id)),
    async list({ limit }) {
      const ids = (await store.list(FOLDER)).filter((name) => ID.test(name));
      return limit > 0 ? ids.slice(-limit).reverse() : [];
    },
    async writePlan(id, plan) {
      const bytes = Buffer.from(`${JSON.stringify(plan)}\n`);
      if ((await store.create(planOf(id), bytes)) === 'created') return;
      const present = await store.read(planOf(id));
      if (!present || Buffer.compare(present, bytes) !== 0) throw otherPlan(id);
    },
    async readPlan(id) {
      const bytes = await store.read(planOf(id));
      if (!bytes) throw notFound(id);
      return parsePlan(id, bytes);
    },
  };
}

function planOf(id: string): string {
  return `${FOLDER}${checked(id)}/plan.json`;
}

function checked(id: string): string {
  if (!ID.test(id)) throw notFound(id);
  return id;
}

function parsePlan(id: string, bytes: Uint8Array): Plan {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Plan;
  } catch {
    throw new DeployerError({
      code: 'STATE_CORRUPT',
      stage: 'state',
      reason: `The plan of ${id} is not whole: ${planOf(id)}`,
      fix: 'Make a new plan; what the run did stands in its journal: deployer run show',
      run_id: id,
    });
  }
}

function notFound(id: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'state',
    reason: `There is no run ${id.slice(0, 80)}`,
    fix: 'List them with "deployer runs"',
  });
}

function otherPlan(id: string): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'state',
    reason: `Run ${id} has another plan already`,
    fix: 'Start a new run',
    run_id: id,
  });
}
