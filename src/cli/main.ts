import { EXIT } from '../core/error-codes.ts';
import { DeployerError, exitCodeOf, type Failure, toFailure } from '../core/errors.ts';
import type { CommandResult, CommandSpec, GlobalOptions, OptionValues } from './command.ts';
import { leadingWords } from './globals.ts';
import { type CommandEntry, findCommand } from './manifest.ts';
import { stderr, stdout } from './output.ts';

const VERSION = process.env.DEPLOYER_VERSION ?? '0.0.0';

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

/** Runs one command line and answers its exit code. The only place that turns errors into exit codes. */
async function main(argv: string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return say(`deployer ${VERSION}\n`);
  try {
    return await dispatch(argv);
  } catch (error) {
    return await fail(error, argv);
  }
}

async function dispatch(argv: string[]): Promise<number> {
  if (argv[0] === '__complete') return complete(argv.slice(1));
  const words = leadingWords(argv);
  const { entry, group } = findCommand(words);
  if (entry) return call(entry, argv);
  const program = await import('./program.ts');
  const asked = argv.some((word) => word === '--help' || word === '-h');
  if (group && words.length > 1 && !asked) throw program.unknownCommand(words);
  if (words.length > 0 && !group) throw program.unknownCommand(words.slice(0, 1));
  if (words.length === 0 && argv.length > 0 && !asked)
    throw program.usage('No command was given', 'List the commands: deployer --help');
  return say(program.overview(group));
}

async function call(entry: CommandEntry, argv: string[]): Promise<number> {
  const [program, spec] = await Promise.all([import('./program.ts'), entry.load()]);
  const parsed = program.parseCommand(entry, spec, argv);
  if (parsed.kind === 'help') return say(parsed.text);
  const globals = toGlobals(parsed.globals);
  const { invoke } = await import('./invoke.ts');
  return print(await invoke({ entry, spec, args: parsed.args, options: parsed.options, globals }), spec, globals);
}

async function print(result: CommandResult, _spec: CommandSpec, globals: GlobalOptions): Promise<number> {
  const { render } = await import('./render.ts');
  say(await render(result, globals));
  return result.exit ?? EXIT.done;
}

async function complete(words: string[]): Promise<number> {
  const { completions } = await import('./complete.ts');
  return say((await completions(words)).map((line) => `${line}\n`).join(''));
}

async function fail(error: unknown, argv: string[]): Promise<number> {
  const failure = toFailure(error);
  const { renderFailure } = await import('./render.ts');
  const trace = failure.code === 'INTERNAL' && !(error instanceof DeployerError) ? await keepTrace(error, argv) : {};
  const { out, err } = await renderFailure({ ...failure, ...trace }, argv);
  if (out) say(out);
  stderr.write(err);
  return exitCodeOf(failure);
}

/** A bug's stack goes to a file only when asked for, since it may hold more than a terminal should show. */
async function keepTrace(error: unknown, argv: string[]): Promise<Partial<Failure>> {
  if (!argv.includes('--debug')) return {};
  const { writeTrace } = await import('./trace.ts');
  return { fix: `Report this with the trace in ${writeTrace(error)}` };
}

function toGlobals(values: OptionValues): GlobalOptions {
  const text = (name: string) => (typeof values[name] === 'string' ? { [name]: values[name] } : {});
  return {
    ...text('config'),
    ...text('env'),
    ...text('events'),
    ...(values.color === false ? { color: 'never' } : text('color')),
    json: values.json === true,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    debug: values.debug === true,
    yes: values.yes === true,
    input: values.input !== false,
    cwd: typeof values.cwd === 'string' ? values.cwd : process.cwd(),
  };
}

function say(text: string): number {
  stdout.write(text);
  return EXIT.done;
}
