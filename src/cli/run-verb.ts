import type { Listener } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { RunReport } from '../core/run.ts';
import { count, printableLine } from '../core/text.ts';
import { findingText } from '../report/failure.ts';
import { runDocument, runExit, runFailureText, runText } from '../report/run.ts';
import type { RunOptions } from '../workflows/deploy.ts';
import type { Workspace } from '../workflows/workspace.ts';
import type { CommandResult, Invocation } from './command.ts';
import { chooseEnvironment, openProject } from './project.ts';
import { given, numberOf } from './values.ts';

/** What a verb that runs a plan gets. */
export interface Verb {
  readonly workspace: Workspace;
  /** Progress, approval and limits. */
  readonly running: RunOptions;
  /** The environment of the command line. */
  env(): Promise<string>;
}

/** A command that runs a plan: opens the project, lets the verb do its work, and turns the report into a result. */
export async function runVerb(
  invocation: Invocation,
  perform: (verb: Verb) => Promise<RunReport>,
): Promise<CommandResult> {
  const { stayLean } = await import('../system/memory.ts');
  stayLean();
  const workspace = await openProject(invocation);
  const report = await perform({
    workspace,
    running: await runOptions(invocation, workspace),
    env: async () => (await chooseEnvironment(invocation, workspace)).name,
  });
  return runResult(workspace.runtime.redactor.redactDeep(report), invocation);
}

/** What the verbs that change something need: progress, approval and limits. */
export async function runOptions(invocation: Invocation, workspace: Workspace): Promise<RunOptions> {
  const { options } = invocation;
  return {
    approve: (plan) => approve(invocation, workspace, plan),
    emit: await redactingListener(invocation, workspace),
    tell: (sentence) => invocation.note(printableLine(sentence)),
    ...given({ concurrency: numberOf(options, 'concurrency'), lockWaitMs: numberOf(options, 'lockWait') }),
  };
}

/** The last net: no event reaches a terminal, pipe or file with a known secret in it. */
async function redactingListener(invocation: Invocation, { runtime }: Workspace): Promise<Listener> {
  const listener = await invocation.listener();
  return (event) => listener(runtime.redactor.redactDeep(event));
}

/** Protected environments show the plan and ask, and so does what costs money while idle; `--yes` answers. Else what was asked for runs. */
async function approve(
  { globals, confirm }: Invocation,
  workspace: Workspace,
  plan: Plan,
): Promise<'approved' | 'approved_unseen' | 'refused'> {
  const costly = plan.operations.some(({ costs = [] }) => costs.length > 0);
  if (globals.yes || !(costly || (await isProtected(workspace, plan.env)))) return 'approved_unseen';
  const { planText } = await import('../report/plan/text.ts');
  const yes = await confirm({
    about: (style) => `${planText(plan, { style })}\n`,
    text: `${plan.intent.replace('_', ' ')} ${plan.env} (${count(plan.operations.length, 'operation')})?`,
    flag: '--yes',
  });
  return yes ? 'approved' : 'refused';
}

/** Environments made by `env create` are as protected as the one they follow. */
export async function isProtected(workspace: Workspace, env: string): Promise<boolean> {
  const { findTarget } = await import('../workflows/observe.ts');
  const { document } = await workspace.state.read();
  return findTarget(workspace, document, { env }).protected;
}

/** A run's report as a command's result. `--quiet` leaves the URL. */
export function runResult(report: RunReport, { globals, note }: Pick<Invocation, 'globals' | 'note'>): CommandResult {
  const { failure, run_id, undelivered } = report;
  for (const warning of undelivered) note(findingText(warning));
  return {
    document: runDocument(report),
    exit: runExit(report),
    markdown: async () => (await import('../report/run-markdown.ts')).runMarkdown(report),
    ...(failure
      ? {
          failure: { ...failure, ...given({ run_id }) },
          failureText: (style) => (globals.quiet ? '' : runFailureText(report, style)),
        }
      : { text: (style) => (globals.quiet ? (report.url ?? '') : runText(report, style)) }),
  };
}
