import type { EnvironmentState } from '../../../src/core/state.ts';
import type { Outcome } from '../project.ts';
import type { CrashProject, Picture } from './project.ts';

/** One command that is cut off again and again in one project, each time after new changes. */
export interface Chain {
  readonly env: string;
  /** Makes the change that the command is to bring; answers the text that services are to answer then. */
  prepare(round: number): Promise<string>;
  readonly command: readonly string[];
  /** Exit code of the command when nothing disturbs it. Default 0. */
  readonly code?: number;
  /** What comes after the command, also when it never came to the step. Default: `resume`, and only after a kill. */
  readonly finish?: readonly string[];
  /**
   * What is different from round to round, `undefined` for what is not looked at. Default: what services answer, and how
   * many migrations are on record.
   */
  expected?(text: string): Expected;
}

/** The steps that an undisturbed run came by, and the picture it left. */
export interface Told {
  readonly steps: readonly string[];
  readonly picture: Picture;
}

export type Expected = { readonly [P in keyof Picture]?: Picture[P] | undefined };

/** What was not as after an undisturbed run. */
export interface Trouble {
  readonly step: string;
  readonly what: string;
}

export interface Cut {
  readonly killed: number;
  readonly troubles: readonly Trouble[];
}

/** Runs the command once without a disturbance. */
export async function undisturbed(crash: CrashProject, chain: Chain, every = false): Promise<Told> {
  await chain.prepare(0);
  const steps = await crash.record(chain.command, { every });
  return { steps, picture: await crash.picture(chain.env) };
}

/** Cuts the command off in front of each step, finishes it, and compares with the undisturbed end. */
export async function cutOffAt(
  crash: CrashProject,
  chain: Chain,
  { steps, picture }: Told,
  every = false,
): Promise<Cut> {
  let killed = 0;
  for (const [index, step] of steps.entries()) {
    const cut = await cutOff(crash, chain, { step, round: index + 1, picture, every });
    killed += cut.killed;
    // What comes after would only show the same again.
    if (cut.troubles.length > 0) return { killed, troubles: cut.troubles };
  }
  return { killed, troubles: [] };
}

/** One round of it. */
export async function cutOff(
  crash: CrashProject,
  chain: Chain,
  { step, round, picture, every = false }: { step: string; round: number; picture: Picture; every?: boolean },
): Promise<Cut> {
  const text = await chain.prepare(round);
  const before = await crash.environment(chain.env);
  const first = await crash.crash(chain.command, step, { every });
  const killed = first.code === null;
  const end = killed ? await finish(crash, chain, before) : await afterAll(crash, chain, first);
  const expected = { ...picture, ...(chain.expected ?? changing(crash))(text) };
  const found = await crash.picture(chain.env);
  const wrong = end.code === (chain.code ?? 0) ? [] : [`exit ${end.code}: ${end.stdout}${end.stderr}`];
  const ran =
    crash.tally(chain.env) === crash.migrations ? [] : [`the database saw ${crash.tally(chain.env)} migrations`];
  const troubles = [...wrong, ...different(found, expected), ...ran].map((what) => ({ step, what }));
  return { killed: killed ? 1 : 0, troubles };
}

async function afterAll(crash: CrashProject, { finish: last, code = 0 }: Chain, whole: End): Promise<End> {
  return last && whole.code === code ? crash.project.run(last) : whole;
}

/** A run that had not begun is nothing to resume: the command is given again. One that was closed needs nothing more. */
async function finish(crash: CrashProject, chain: Chain, before: EnvironmentState | undefined): Promise<End> {
  const now = await crash.environment(chain.env);
  if (now?.active_run) return crash.project.run(chain.finish ?? ['resume', '--json']);
  const closed = JSON.stringify(now) !== JSON.stringify(before);
  return closed ? { code: chain.code ?? 0, stdout: '', stderr: '' } : crash.project.run(chain.command);
}

type End = Pick<Outcome, 'code' | 'stdout' | 'stderr'>;

function changing(crash: CrashProject): (text: string) => Expected {
  return (text) => ({ answers: { api: text, web: text }, ledger: [crash.migrations] });
}

function different(found: Picture, expected: Expected): string[] {
  return (Object.keys(expected) as (keyof Picture)[]).flatMap((part) => {
    const [is, should] = [JSON.stringify(found[part]), JSON.stringify(expected[part])];
    return should === undefined || is === should ? [] : [`${part}: ${is} instead of ${should}`];
  });
}

/**
 * The borders of operations: before and after the line about their beginning, and before the one about their end. After
 * that one the next operation's border follows.
 */
export function borders(steps: readonly string[]): string[] {
  return steps.filter((step) => /^(append|synced .*started) .*events\.ndjson/.test(step));
}
