import { EXIT, type ExitCode } from '../core/error-codes.ts';
import { exitCodeOf, type Failure } from '../core/errors.ts';
import { failureDocument, failureText } from '../report/failure.ts';
import type { CommandResult } from './command.ts';
import type { Output } from './output.ts';

/** Prints a result, or the failure that came instead of one, in the form that was asked for. Answers the exit code. */
export async function conclude(result: CommandResult, output: Output): Promise<ExitCode> {
  if (output.form === 'text') printText(result, output);
  else await printDocument(result, output);
  if (result.failure) printFailure(result, result.failure, output);
  if (process.env.GITHUB_ACTIONS === 'true') await tellGithub(result, output);
  return result.exit ?? (result.failure ? exitCodeOf(result.failure) : EXIT.done);
}

function printText(result: CommandResult, output: Output): void {
  if (result.raw !== undefined) output.raw(result.raw);
  else output.value(result.text?.(output.style.value) ?? '');
}

async function printDocument({ document, failure }: CommandResult, output: Output): Promise<void> {
  if (!document && !failure) return;
  const made = typeof document === 'function' ? await document() : document;
  const whole = { format: 1, ...(failure ? failureDocument(failure) : {}), ...made };
  if (output.form === 'json') output.document(whole);
  else output.record({ type: 'result', ...whole });
}

/** The most important line is the last one. */
function printFailure(result: CommandResult, failure: Failure, output: Output): void {
  const style = output.style.note;
  output.note([result.failureText?.(style) ?? '', failureText(failure, style)].filter(Boolean).join('\n'));
}

/** Annotations beside the lines of the config, and the result on the page of the job. */
async function tellGithub({ failure, markdown }: CommandResult, output: Output): Promise<void> {
  const { annotations, failureMarkdown, writeStepSummary } = await import('../report/github.ts');
  if (failure) output.tellRunner(annotations(failure).join('\n'));
  const parts = [failure ? failureMarkdown(failure) : '', (await markdown?.()) ?? ''];
  await writeStepSummary(parts.filter(Boolean).join('\n'), process.env.GITHUB_STEP_SUMMARY);
}
