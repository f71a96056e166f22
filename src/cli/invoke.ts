import type { Runtime } from '../runtime.ts';
import type { CommandResult, CommandSpec, Invocation, StreamLine } from './command.ts';
import { globalsOf } from './globals.ts';
import type { Output } from './output.ts';
import type { Parsed } from './parse.ts';
import { stdout } from './streams.ts';

/** Gives a command what it may use, each part made when it is first asked for. */
export async function invoke(spec: CommandSpec, parsed: Parsed, output: Output): Promise<CommandResult> {
  const globals = globalsOf(parsed.globals);
  let runtime: Promise<Runtime> | undefined;
  const invocation: Invocation = {
    args: parsed.args.flat(),
    options: parsed.options,
    globals,
    runtime: () => {
      runtime ??= import('../runtime.ts').then(({ createRuntime }) => createRuntime());
      return runtime;
    },
    listener: async () => (await import('./listener.ts')).createListener(globals, output),
    print: (line) => print(line, output),
    note: (text) => {
      if (!globals.quiet) output.note(text);
    },
    confirm: async (question) => (await import('./confirm.ts')).confirm(question, globals, output),
    ask: async (question) => (await import('./ask.ts')).askValue(question, globals, output),
    stopped,
  };
  return spec.run(invocation);
}

/** An empty line stays a line. */
function print({ text, to, record }: StreamLine, output: Output): void {
  if (output.form === 'events') output.record(record);
  else (to === 'stderr' ? output.note : output.value)(`${text}\n`);
}

function stopped(): AbortSignal {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  return AbortSignal.any([stop.signal, stdout.closed]);
}
