import type { Driver, DriverContext, JobEnd, JobRequest, Target } from '../core/driver.ts';
import { DeployerError } from '../core/errors.ts';
import { printableLine } from '../core/text.ts';
import { Tail } from '../system/output.ts';

/** Where a command runs. */
interface Place {
  readonly driver: Driver;
  readonly target: Target;
  readonly context: DriverContext;
}

/**
 * Runs a command by the driver, whatever its exit code; answers how it ended and its last lines. `what` begins sentences
 * about it. When its time passed the failure has its last lines too.
 */
export async function runCommand(
  { driver, target, context }: Place,
  request: JobRequest,
  what: string,
): Promise<{ readonly end: JobEnd; readonly said: readonly string[] }> {
  if (!driver.run) throw notAble(target, driver);
  const tail = new Tail();
  const log: DriverContext['log'] = (line, channel) => {
    if (channel !== 'info') tail.push(printableLine(line));
    context.log(line, channel);
  };
  try {
    return { end: await driver.run(target, request, { ...context, log }), said: tail.lines };
  } catch (error) {
    throw error === context.signal.reason && isTimeLimit(error) ? stopped(what, tail.lines) : error;
  }
}

function isTimeLimit(error: unknown): boolean {
  return error instanceof DeployerError && error.code === 'TIMEOUT';
}

function stopped(what: string, said: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    reason: `${what} was stopped, and runs no more`,
    fix: 'See its last lines; services.<name>.timeout is its time limit',
    detail: said,
  });
}

/** The failure that any exit code but 0 is. */
export function commandFailed(
  { exit_code, out_of_memory }: JobEnd,
  { what, said }: { readonly what: string; readonly said: readonly string[] },
): DeployerError {
  return new DeployerError({
    code: 'COMMAND_FAILED',
    reason: out_of_memory
      ? `${what} ran out of memory and was killed (exit code ${exit_code})`
      : `${what} ended with exit code ${exit_code}`,
    fix: fixFor(exit_code, out_of_memory, said),
    detail: said,
  });
}

function fixFor(exitCode: number, outOfMemory: true | undefined, said: readonly string[]): string {
  if (outOfMemory) return 'Raise the memory limit of the service, or make the command need less';
  if (exitCode === 127) return 'Correct the command: there is no such program in the artifact';
  if (exitCode === 126) return 'Correct the command: its program may not be run';
  return said.length > 0 ? 'See its last lines' : 'It printed nothing: see what it does';
}

function notAble({ service }: Target, { facts }: Driver): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason: `The driver ${facts.name} of ${service.name} cannot run commands`,
    fix: 'Choose another driver for this service',
  });
}
