import { describe, expect, it } from 'vitest';
import type { Driver, DriverContext, JobEnd, JobRequest, Target } from '../../src/core/driver.ts';
import { DeployerError } from '../../src/core/errors.ts';
import { commandFailed, runCommand } from '../../src/workflows/command.ts';
import { failureOf } from '../support/failure-of.ts';
import { aDriver, aService } from '../support/snapshots.ts';

const target = { service: aService('api') } as Target;
const request = { command: 'node migrate.js' } as unknown as JobRequest;

/** A driver whose command says two lines and then does what it is told. */
function world(then: (context: DriverContext) => Promise<JobEnd>) {
  const lines: string[] = [];
  const run: Driver['run'] = async (_target, _request, context) => {
    context.log('creating', 'info');
    context.log('one', 'stdout');
    context.log('two\u001b[2J', 'stderr');
    return then(context);
  };
  const driver = { facts: aDriver(), run } as unknown as Driver;
  const stop = new AbortController();
  const context = { signal: stop.signal, log: (line: string) => lines.push(line) } as unknown as DriverContext;
  return { place: { driver, target, context }, stop, lines };
}

describe('a command', () => {
  it('is answered with how it ended and what it said last', async () => {
    const { place, lines } = world(async () => ({ exit_code: 3 }));
    const { end, said } = await runCommand(place, request, 'The command');
    expect(end).toEqual({ exit_code: 3 });
    expect(said).toEqual(['one', 'two\\x1b[2J']);
    expect(lines).toHaveLength(3);
  });

  it('that passed its time limit is told of with its last lines', async () => {
    const { place, stop } = world(async ({ signal }) => {
      stop.abort(new DeployerError({ code: 'TIMEOUT', reason: 'late' }));
      throw signal.reason;
    });
    const failure = await failureOf(runCommand(place, request, 'The command'));
    expect(failure).toMatchObject({ code: 'TIMEOUT', reason: 'The command was stopped, and runs no more' });
    expect(failure?.detail).toEqual(['one', 'two\\x1b[2J']);
  });

  it('passes on other failures as they are', async () => {
    const lost = new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'gone' });
    const { place } = world(() => Promise.reject(lost));
    await expect(runCommand(place, request, 'The command')).rejects.toBe(lost);
  });

  it('is refused where the driver has nowhere to run it', async () => {
    const { place } = world(async () => ({ exit_code: 0 }));
    const driver = { facts: aDriver('bare') } as unknown as Driver;
    const failure = await failureOf(runCommand({ ...place, driver }, request, 'The command'));
    expect(failure).toMatchObject({ code: 'UNSUPPORTED', reason: 'The driver bare of api cannot run commands' });
  });

  it.each([
    [{ exit_code: 3 }, 'ended with exit code 3', 'See its last lines'],
    [{ exit_code: 126 }, 'ended with exit code 126', 'may not be run'],
    [{ exit_code: 127 }, 'ended with exit code 127', 'no such program'],
    [{ exit_code: 137, out_of_memory: true } as const, 'ran out of memory', 'Raise the memory limit'],
  ])('that ended with %o says what to do', (end, reason, fix) => {
    const { failure } = commandFailed(end, { what: 'It', said: ['last'] });
    expect(failure.code).toBe('COMMAND_FAILED');
    expect(failure.reason).toContain(reason);
    expect(failure.fix).toContain(fix);
    expect(failure.detail).toEqual(['last']);
  });
});
