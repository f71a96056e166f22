import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import type { DriverContext, JobEnd, JobRequest, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import { revealAll } from '../../core/secret.ts';
import { smallEnvironment } from './environment.ts';
import { targetName } from './inspection.ts';
import { exitOf, JOB_VARIABLE, type JobFolder, jobFolder, leaderOf, removeJob, removeJobs } from './job-folder.ts';
import { LogFollower } from './log-reader.ts';
import { identityOf, isAlive, signalGroup } from './process-identity.ts';

const LOOK_EVERY = 50;

/** Leaves the exit code behind whole or not at all. `$1` is the job's folder, the rest is the command. */
const WRAPPER = `dir=$1; shift; : > "$dir/started"; "$@"; echo $? > "$dir/exit.new" && mv "$dir/exit.new" "$dir/exit"`;

/**
 * Runs a command in a copy of the artifact. It belongs to nobody once it was started: a kill of this process leaves it
 * running, and the next attempt finds it, or how it ended, in its folder.
 */
export async function runJob(target: Target, request: JobRequest, context: DriverContext): Promise<JobEnd> {
  const job = jobFolder(target, request, context);
  await removeJobs(targetName(target), context, { of: request.kind === 'release' ? 'release' : 'ended', but: job });
  const leader = await begin(job, request, context);
  try {
    const exit_code = await followToEnd(job, leader, { service: target.service.name, context });
    // What went well is not asked for a second time by its run, but may be by a run that was cut off just then.
    if (request.kind === 'once' || exit_code !== 0) await removeJob(job);
    return { exit_code };
  } catch (error) {
    await removeJob(job, leader);
    throw context.signal.aborted ? context.signal.reason : error;
  }
}

/** Starts it unless an earlier attempt did; answers the leader of its processes, when it runs. */
async function begin(job: JobFolder, request: JobRequest, context: DriverContext): Promise<number | undefined> {
  const leader = leaderOf(job);
  if (leader !== undefined || existsSync(job.started)) return leader;
  await rm(job.path, { recursive: true, force: true });
  await mkdir(job.path, { recursive: true, mode: 0o700 });
  await context.artifacts.copyTo(request.artifact.digest, job.files);
  await chmod(job.files, 0o700);
  context.signal.throwIfAborted();
  return start(job, request);
}

function start(job: JobFolder, { command, variables }: JobRequest): number | undefined {
  const words = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  const [stdout, stderr] = [openSync(job.stdout, 'a', 0o600), openSync(job.stderr, 'a', 0o600)];
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', job.path, ...words], {
    cwd: job.files,
    // As a service has it, but for the port: 0 stands for any.
    env: { ...smallEnvironment(), HOST: '127.0.0.1', ...revealAll(variables), PORT: '0', [JOB_VARIABLE]: job.path },
    detached: true,
    stdio: ['ignore', stdout, stderr],
  });
  for (const file of [stdout, stderr]) closeSync(file);
  child.once('error', () => undefined);
  child.unref();
  return child.pid;
}

/** What it leaves running in the background ends with it. */
async function followToEnd(
  job: JobFolder,
  leader: number | undefined,
  { service, context }: { readonly service: string; readonly context: DriverContext },
): Promise<number> {
  const output = new Output(job, context.log);
  const identity = leader === undefined ? undefined : identityOf(leader);
  for (;;) {
    const runs = leader !== undefined && identity !== undefined && isAlive(leader, identity);
    const code = exitOf(job);
    await output.read();
    if (code !== undefined) {
      output.end();
      if (leader !== undefined && identityOf(leader) === undefined) signalGroup(leader, 'SIGKILL');
      return code;
    }
    if (!runs) throw cutOff(service);
    await context.clock.sleep(LOOK_EVERY, context.signal);
  }
}

/** Both streams, from their beginning. */
class Output {
  readonly #log: DriverContext['log'];
  readonly #streams: readonly (readonly ['stdout' | 'stderr', LogFollower])[];

  constructor(job: JobFolder, log: DriverContext['log']) {
    this.#log = log;
    this.#streams = (['stdout', 'stderr'] as const).map((channel) => [channel, new LogFollower(job[channel], 0)]);
  }

  async read(): Promise<void> {
    for (const [channel, follower] of this.#streams) for (const line of await follower.read()) this.#log(line, channel);
  }

  end(): void {
    for (const [channel, { begun }] of this.#streams) if (begun !== '') this.#log(begun, channel);
  }
}

function cutOff(service: string): DeployerError {
  return new DeployerError({
    code: 'COMMAND_FAILED',
    reason: `A command of ${service} was killed, or the machine was started anew, before it came to its end`,
    fix: 'See how far it came: the next attempt runs it again from the start',
  });
}
