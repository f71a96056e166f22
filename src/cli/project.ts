import { parseDuration } from '../core/duration.ts';
import type { Listener } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunReport } from '../core/run.ts';
import { printableLine } from '../core/text.ts';
import { runDocument, runExit, runFailureText, runText } from '../report/run.ts';
import type { RunOptions } from '../workflows/deploy.ts';
import type { Workspace } from '../workflows/workspace.ts';
import type { CommandResult, Invocation, OptionValues } from './command.ts';
import { stderr } from './output.ts';
import { usage } from './program.ts';

/** The project of a command line. */
export async function openProject({ runtime, globals }: Invocation): Promise<Workspace> {
  const [{ openWorkspace }, world] = await Promise.all([import('../workflows/workspace.ts'), runtime()]);
  return openWorkspace(world, { cwd: globals.cwd, ...(globals.config ? { config: globals.config } : {}) });
}

/** The environment of a command line: `--env`, `DEPLOYER_ENV`, or the config's own choice. */
export async function chooseEnvironment(
  { globals }: Invocation,
  workspace: Workspace,
): Promise<{ name: string; origin: string }> {
  if (globals.env) return { name: globals.env, origin: '--env' };
  const fromEnvironment = workspace.runtime.environment.DEPLOYER_ENV;
  if (fromEnvironment) return { name: fromEnvironment, origin: 'DEPLOYER_ENV' };
  const { defaultEnvironment } = await import('../workflows/default-environment.ts');
  return defaultEnvironment(workspace.config);
}

/** What the verbs that change something need: progress, approval and limits. */
export async function runOptions(invocation: Invocation, workspace: Workspace): Promise<RunOptions> {
  const { options } = invocation;
  const concurrency = options.concurrency === undefined ? undefined : positive(options.concurrency, '--concurrency');
  const wait = options.lockWait === undefined ? undefined : duration(options.lockWait, '--lock-wait');
  return {
    approve: (plan) => approve(invocation, workspace, plan),
    emit: await redactingListener(invocation, workspace),
    tell: (sentence) => tell(invocation, sentence),
    ...(concurrency ? { concurrency } : {}),
    ...(wait ? { lockWaitMs: wait } : {}),
  };
}

function tell({ globals }: Invocation, sentence: string): void {
  if (!globals.quiet) stderr.write(`${printableLine(sentence)}\n`);
}

/** The last net: no event reaches a terminal, pipe or file with a known secret in it. */
async function redactingListener(invocation: Invocation, { runtime }: Workspace): Promise<Listener> {
  const listener = await invocation.listener();
  return (event) => listener(runtime.redactor.redactDeep(event));
}

/** Protected environments show the plan and ask; `--yes` answers. Others run what was asked for. */
async function approve(
  invocation: Invocation,
  workspace: Workspace,
  plan: Plan,
): Promise<'approved' | 'approved_unseen' | 'refused'> {
  if (invocation.globals.yes || !(await isProtected(workspace, plan.env))) return 'approved_unseen';
  const { planText } = await import('../report/plan/text.ts');
  stderr.write(`${planText(plan, { style: invocation.style })}\n`);
  const yes = await invocation.confirm({
    text: `${plan.intent} to ${plan.env} (${plan.operations.length} operations)?`,
    flag: '--yes',
  });
  return yes ? 'approved' : 'refused';
}

/** Environments made by `env create` are as protected as the one they follow. */
async function isProtected(workspace: Workspace, env: string): Promise<boolean> {
  const { findTarget } = await import('../workflows/observe.ts');
  return findTarget(workspace, (await workspace.state.read()).document, { env }).protected;
}

/** A run's report as a command's result; a failed run's text goes to stderr. */
export function runResult(report: RunReport, { globals, style }: Invocation, workspace: Workspace): CommandResult {
  const safe = workspace.runtime.redactor.redactDeep(report);
  const exit = runExit(safe);
  if (safe.failure)
    stderr.write(`${runFailureText(safe, style)}\n${safe.next_steps.map((step) => `next: ${step}\n`).join('')}`);
  return {
    document: runDocument(safe),
    exit,
    ...(safe.failure || globals.quiet
      ? { text: () => (safe.failure ? '' : (safe.url ?? '')) }
      : { text: (chosen) => runText(safe, chosen) }),
  };
}

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}

export function flagOption(options: OptionValues, name: string): boolean {
  return options[name] === true;
}

export function positive(value: unknown, name: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0 && number <= 10_000) return number;
  throw usage(`${name} takes a whole number above 0, not "${String(value)}"`, `For instance ${name} 10`);
}

export function duration(value: unknown, name: string): number {
  const ms = parseDuration(String(value));
  if (ms !== undefined && ms > 0) return ms;
  throw usage(`${name} takes a duration, not "${String(value)}"`, `For instance ${name} 10m`);
}
