import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CommandRequest, CommandResult, Processes } from '../core/ports.ts';
import { childEnvironment } from './child-environment.ts';
import { LONGEST_TIMER, systemClock } from './clock.ts';
import { Capture, LineSplitter, Tail } from './output.ts';
import type { ProcessGroup } from './process-group.ts';

const DEFAULT_GRACE = 5_000;
const DEFAULT_KEEP = 1024 * 1024;
/** How long the pipes of a command that has ended may stay open in the hands of a process that left its group, ms. */
const DRAIN = 1_000;

export interface ProcessesOptions {
  /** Our own environment, of which children get a small allow-list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Commands as children in a process group of their own, so that Ctrl-C does not reach them before we decide. A group
 * ends with its command: what it leaves running in the background is ended too.
 */
export function systemProcesses({ environment }: ProcessesOptions): Processes {
  return {
    run: (request) => run(request, environment),
    shell: (line, request) => run({ ...request, argv: ['/bin/sh', '-c', line] }, environment),
  };
}

async function run(request: CommandRequest, environment: ProcessesOptions['environment']): Promise<CommandResult> {
  if (request.signal?.aborted) return notRun('cancelled', []);
  if (holdsNul(request)) return notRun('not_found', ['an argument or variable holds a NUL character']);
  const [{ execa }, { groupOf }] = await Promise.all([import('execa'), import('./process-group.ts')]);
  const [program = '', ...args] = request.argv;
  const child = execa(program, args, optionsOf(request, environment));
  if (child.pid === undefined) return notRun('not_found', [whyNotStarted(program, (await child).code)]);
  const output = collect(request, child);
  const ending = await watch(request, child, groupOf(child.pid));
  await drain(child);
  return { ...ending, ...output.finish() };
}

/** The system takes none, and execa's error for it shows the whole argument. */
function holdsNul({ argv, env, cwd }: CommandRequest): boolean {
  return [...argv, ...Object.values(env), cwd].some((text) => text.includes('\0'));
}

function optionsOf(request: CommandRequest, environment: ProcessesOptions['environment']) {
  return {
    cwd: request.cwd,
    env: childEnvironment(environment, request.env),
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    encoding: 'buffer',
    ...inputOf(request),
  } as const;
}

function inputOf({ stdin }: CommandRequest) {
  if (stdin === undefined) return { stdin: 'ignore' as const };
  return typeof stdin === 'string' ? { input: stdin } : { stdin };
}

function notRun(outcome: 'cancelled' | 'not_found', tail: readonly string[]): CommandResult {
  return { exitCode: null, signal: null, stdout: '', tail, outcome };
}

/** Own words: the system's error holds the whole command line. */
function whyNotStarted(program: string, code: string | undefined): string {
  if (code === 'ENOENT') return `no such program or folder for "${program}"`;
  if (code === 'EACCES') return `no permission to run "${program}"`;
  return `"${program}" could not be started (${code ?? 'unknown error'})`;
}

interface Child {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

function collect(request: CommandRequest, { stdout, stderr }: Child) {
  const capture = new Capture(request.keep ?? DEFAULT_KEEP);
  const tail = new Tail();
  const splitters = { stdout: splitterFor('stdout'), stderr: splitterFor('stderr') };
  stdout.on('data', (chunk: Buffer) => {
    capture.push(chunk);
    splitters.stdout.push(chunk);
  });
  stderr.on('data', (chunk: Buffer) => splitters.stderr.push(chunk));
  return { finish };

  function splitterFor(channel: 'stdout' | 'stderr'): LineSplitter {
    return new LineSplitter((line) => {
      tail.push(line);
      request.onLine?.(line, channel);
    });
  }

  function finish(): Pick<CommandResult, 'stdout' | 'tail'> {
    splitters.stdout.end();
    splitters.stderr.end();
    return { stdout: capture.text(), tail: tail.lines };
  }
}

type Ending = Pick<CommandResult, 'exitCode' | 'signal' | 'outcome'>;

/** Waits for the command and keeps its limits; the whole group is gone when this answers. */
async function watch(request: CommandRequest, child: ChildProcess, group: ProcessGroup): Promise<Ending> {
  let outcome: Ending['outcome'] = 'exited';
  let ending: Promise<void> | undefined;
  const timer = setTimeout(() => stop('timed_out'), Math.min(request.timeout, LONGEST_TIMER));
  const cancel = () => stop('cancelled');
  request.signal?.addEventListener('abort', cancel, { once: true });
  if (request.signal?.aborted) cancel();
  const { exitCode, signal } = await exit(child);
  clearTimeout(timer);
  request.signal?.removeEventListener('abort', cancel);
  await (ending ?? end());
  return { exitCode, signal, outcome };

  function stop(why: 'timed_out' | 'cancelled'): void {
    if (ending) return;
    outcome = why;
    ending = end();
  }

  function end(): Promise<void> {
    return group.end(request.grace ?? DEFAULT_GRACE);
  }
}

function exit(child: ChildProcess): Promise<Pick<Ending, 'exitCode' | 'signal'>> {
  return new Promise((resolve) => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })));
}

/** What is still in the pipes is read; a pipe that somebody outside the group holds open is let go. */
async function drain(child: Child & PromiseLike<unknown>): Promise<void> {
  const patience = new AbortController();
  const late = systemClock.sleep(DRAIN, patience.signal).then(
    () => [child.stdout, child.stderr].forEach((stream) => void stream.destroy()),
    () => undefined,
  );
  await Promise.race([child, late]);
  patience.abort();
  await child;
}
