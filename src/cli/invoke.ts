import { DeployerError } from '../core/errors.ts';
import type { Listener } from '../core/event.ts';
import type { Runtime } from '../runtime.ts';
import type { CommandResult, CommandSpec, GlobalOptions, Invocation, OptionValues, Question } from './command.ts';
import type { CommandEntry } from './manifest.ts';
import { stderr, stdout } from './output.ts';
import { canAsk, styleFor } from './terminal.ts';

interface Call {
  readonly entry: CommandEntry;
  readonly spec: CommandSpec;
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly globals: GlobalOptions;
}

/** Gives a command what it may use, each part made when it is first asked for. */
export async function invoke(call: Call): Promise<CommandResult> {
  let runtime: Promise<Runtime> | undefined;
  const makeRuntime = async () => (await import('../runtime.ts')).createRuntime();
  const invocation: Invocation = {
    command: call.entry.path.join(' '),
    args: call.args.flat() as string[],
    options: call.options,
    globals: call.globals,
    runtime: () => (runtime ??= makeRuntime()),
    listener: () => chooseListener(call.globals),
    print: (line) => void stdout.write(`${line}\n`),
    confirm: (question) => confirm(question, call.globals),
    style: await styleFor(stderr, call.globals.color),
  };
  return call.spec.run(invocation);
}

async function chooseListener(globals: GlobalOptions): Promise<Listener> {
  const { createListener } = await import('./listener.ts');
  return createListener(globals);
}

async function confirm(question: Question, globals: GlobalOptions): Promise<boolean> {
  if (globals.yes && !question.word) return true;
  if (!canAsk(globals)) {
    throw new DeployerError({
      code: 'CONFIRMATION_NEEDED',
      reason: `"${question.text}" needs an answer and there is no terminal to ask on`,
      fix: `Answer on the command line: ${question.flag}`,
      stage: 'usage',
    });
  }
  const { ask } = await import('./prompt.ts');
  return ask(question);
}
