import { join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { RunContext } from '../core/run.ts';
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
  /** Keeps what the run works with, under the same rules. */
  writeContext(context: RunContext): Promise<void>;
  readContext(id: string): Promise<RunContext>;
  /** What a run that is resumed goes on with, in place of what it began with. Only for who holds the environment's lock. */
  renewContext(context: RunContext): Promise<void>;
}

export function openRuns({ store, folder }: { store: Store; folder: string }): Runs {
  return {
    folder: (id) => join(folder, 'runs', checked(id)),
    async list({ limit }) {
      const ids = (await store.list(FOLDER)).filter((name) => ID.test(name));
      return limit > 0 ? ids.slice(-limit).reverse() : [];
    },
    writePlan: (id, plan) => writeOnce(store, { id, part: 'plan' }, plan),
    readPlan: (id) => readPart<Plan>(store, { id, part: 'plan' }),
    writeContext: (context) => writeOnce(store, { id: context.run_id, part: 'context' }, context),
    readContext: (id) => readPart<RunContext>(store, { id, part: 'context' }),
    renewContext: (context) => store.replace(keyOf({ id: context.run_id, part: 'context' }), bytesOf(context)),
  };
}

interface Part {
  readonly id: string;
  readonly part: 'plan' | 'context';
}

async function writeOnce(store: Store, part: Part, value: unknown): Promise<void> {
  const bytes = bytesOf(value);
  if ((await store.create(keyOf(part), bytes)) === 'created') return;
  const present = await store.read(keyOf(part));
  if (!present || Buffer.compare(present, bytes) !== 0) throw otherPart(part);
}

function bytesOf(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

async function readPart<T>(store: Store, part: Part): Promise<T> {
  const bytes = await store.read(keyOf(part));
  if (!bytes) throw notFound(part.id);
  return parsePart(part, bytes) as T;
}

function keyOf({ id, part }: Part): string {
  return `${FOLDER}${checked(id)}/${part}.json`;
}

function checked(id: string): string {
  if (!ID.test(id)) throw notFound(id);
  return id;
}

function parsePart({ id, part }: Part, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new DeployerError({
      code: 'STATE_CORRUPT',
      stage: 'state',
      reason: `The ${part} of ${id} is not whole: ${keyOf({ id, part })}`,
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

function otherPart({ id, part }: Part): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'state',
    reason: `Run ${id} has another ${part} already`,
    fix: 'Start a new run',
    run_id: id,
  });
}
