import type { CrashProject, Picture } from './project.ts';

/** One command that is cut off again and again in one project, each time after new changes. */
export interface Chain {
  readonly env: string;
  /** Makes the change that the command is to bring; answers the text that services are to answer then. */
  prepare(round: number): Promise<string>;
  readonly command: readonly string[];
  /** Finishes what was cut off. Default: `resume`, or the command anew when the run had not begun. */
  readonly finish?: (cut: CutOff) => Promise<readonly string[] | undefined>;
  /** Exit code of the command when nothing disturbs it. Default 0. */
  readonly code?: number;
}

export interface CutOff {
  readonly begun: boolean;
  readonly env: string;
  readonly command: readonly string[];
}

/** What came of one round: empty when the end was that of an undisturbed run. */
export interface Trouble {
  readonly step: string;
  readonly what: string;
}

/** The steps that an undisturbed run came by, and the picture it left. */
export interface Told {
  readonly steps: readonly string[];
  readonly picture: Picture;
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
  { steps, picture, every = false }: Told & { every?: boolean },
): Promise<{ troubles: Trouble[]; killed: number }> {
  const troubles: Trouble[] = [];
  let killed = 0;
  for (const [index, step] of steps.entries()) {
    const text = await chain.prepare(index + 1);
    const outcome = await crash.crash(chain.command, step, { every });
    const trouble = (what: string) => troubles.push({ step, what });
    if (outcome.code === null) {
      killed += 1;
      const end = await finish(crash, chain);
      if (end && end.code !== (chain.code ?? 0)) trouble(`exit ${end.code}: ${end.stdout}${end.stderr}`);
    } else if (outcome.code !== (chain.code ?? 0)) trouble(`not cut off, exit ${outcome.code}: ${outcome.stderr}`);
    const expected = { ...picture, answers: { api: text, web: text }, ledger: [crash.migrations] };
    const found = await crash.picture(chain.env);
    for (const part of different(found, expected)) trouble(part);
    if (crash.tally(chain.env) !== crash.migrations) trouble(`migrations ran ${crash.tally(chain.env)} times`);
    // What comes after would only show the same again.
    if (troubles.length > 0) break;
  }
  return { troubles, killed };
}

async function finish(crash: CrashProject, chain: Chain) {
  const begun = (await crash.environment(chain.env))?.active_run !== undefined;
  const words = chain.finish
    ? await chain.finish({ begun, env: chain.env, command: chain.command })
    : begun
      ? ['resume', '--json']
      : chain.command;
  return words && (await crash.project.run(words));
}

function different(found: Picture, expected: Picture): string[] {
  return (Object.keys(expected) as (keyof Picture)[]).flatMap((part) => {
    const [is, should] = [JSON.stringify(found[part]), JSON.stringify(expected[part])];
    return is === should ? [] : [`${part}: ${is} instead of ${should}`];
  });
}
