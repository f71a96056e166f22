import { EXIT } from '../core/error-codes.ts';
import { DeployerError, type Failure, toFailure } from '../core/errors.ts';
import type { Output } from './output.ts';
import { type Request, requestOf } from './request.ts';
import { stdout } from './streams.ts';

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

/** Runs one command line and answers its exit code. The only place that turns errors into exit codes. */
async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === '__complete') return complete(argv.slice(1));
  const { createOutput } = await import('./output.ts');
  const output = await createOutput(argv);
  const { conclude } = await import('./conclude.ts');
  try {
    return await conclude(await answer(requestOf(argv), output), output);
  } catch (error) {
    return conclude({ failure: await failureOf(error, { argv, output }) }, output);
  }
}

async function answer(request: Request, output: Output) {
  if (request.is === 'version') {
    const version = process.env.DEPLOYER_VERSION ?? '0.0.0';
    return { document: { name: 'deployer', version }, text: () => `deployer ${version}` };
  }
  const { entry, argv } = request;
  const [{ parseCommand }, { invoke }, spec] = await Promise.all([
    import('./parse.ts'),
    import('./invoke.ts'),
    entry.load(),
  ]);
  return invoke(spec, parseCommand(entry, spec, argv), output);
}

/** Never prints an error and never fails: somebody is typing. */
async function complete(words: readonly string[]): Promise<number> {
  const { completions } = await import('./complete.ts');
  stdout.write((await completions(words)).map((candidate) => `${candidate}\n`).join(''));
  return EXIT.done;
}

/** A bug leaves its trace in a file, which may be passed on; on the terminal it stands only with `--debug`. */
async function failureOf(
  error: unknown,
  { argv, output }: { argv: readonly string[]; output: Output },
): Promise<Failure> {
  const failure = toFailure(error);
  if (error instanceof DeployerError) return failure;
  const { framesOf, writeTrace } = await import('./trace.ts');
  if (argv.includes('--debug')) output.note(framesOf(error).join('\n'));
  const file = writeTrace(error);
  return file ? { ...failure, fix: `Report it with the trace in ${file}` } : failure;
}
