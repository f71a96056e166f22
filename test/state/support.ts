import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/core/ports.ts';
import type { LockRecord } from '../../src/core/state.ts';
import type { Store } from '../../src/core/store.ts';
import { openFileStore } from '../../src/state/file-store.ts';
import type { Machine } from '../../src/state/process-identity.ts';
import { openState, type State } from '../../src/state/state.ts';
import { clock, entropy } from './world.ts';

/** Time that passes only by sleeping; `onSleep` stands for what the world does meanwhile. */
export function handClock(onSleep: (ms: number) => Promise<void> | void = () => undefined) {
  const hand = { wall: Date.parse('2026-03-01T10:00:00Z'), steady: 0 };
  const port: Clock = {
    now: () => hand.wall,
    monotonic: () => hand.steady,
    async sleep(ms) {
      hand.steady += ms;
      hand.wall += ms;
      await onSleep(ms);
    },
  };
  return { hand, clock: port };
}

/** A folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deployer-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestStateOptions {
  readonly folder: string;
  readonly store?: Store;
  readonly clock?: Clock;
  readonly machine?: Machine;
  readonly project?: string;
}

export function stateIn({ folder, store, ...others }: TestStateOptions): State {
  const place = store ?? openFileStore({ folder, entropy });
  return openState({ store: place, folder, project: 'shop', clock, entropy, tool: '1.0.0', ...others });
}

export function lockRecord(facts: Partial<LockRecord> = {}): LockRecord {
  return {
    format: 1,
    id: 'lock_dead',
    generation: 1,
    state: 'held',
    environment: 'production',
    who: 'alice',
    host: hostname(),
    boot_id: 'an-earlier-boot',
    pid: 4_000_000,
    pid_start: '1',
    command: 'deployer deploy',
    run_id: 'run_1',
    started_at: '2026-03-01T09:00:00.000Z',
    beat: 0,
    tool: '1.0.0',
    ...facts,
  };
}

export async function putLock(store: Store, record: LockRecord): Promise<void> {
  const key = `locks/${record.environment}/${String(record.generation).padStart(8, '0')}.json`;
  await store.create(key, Buffer.from(`${JSON.stringify(record)}\n`));
}

export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** The program `test/state/programs/<name>.ts` as one JavaScript file that Node runs directly. */
export async function bundled(name: string): Promise<{ file: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'deployer-program-'));
  const file = join(folder, `${name}.mjs`);
  const entry = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A child that is spoken to in lines. Killed with the test, if it still runs. */
export interface Talker {
  readonly child: ChildProcessWithoutNullStreams;
  /** The next line of its answer; rejects when it ended before. */
  line(): Promise<string>;
  say(line: string): void;
  /** All lines so far that were not taken, and those that come until it ends. */
  rest(): Promise<string[]>;
  ended: Promise<number | null>;
}

export function talkTo(
  argv: readonly string[],
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Talker {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { ...options, env: { ...process.env, ...options.env } });
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const errors: string[] = [];
  child.stderr.on('data', (data) => errors.push(String(data)));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    child,
    ended,
    say: (line) => child.stdin.write(`${line}\n`),
    async line() {
      const next = await lines.next();
      if (next.done) throw new Error(`the program ended: ${errors.join('')}`);
      return next.value;
    },
    async rest() {
      const found: string[] = [];
      for (let next = await lines.next(); !next.done; next = await lines.next()) found.push(next.value);
      return found;
    },
  };
}

export async function temporaryFiles(folder: string): Promise<string[]> {
  return readdir(join(folder, '.tmp')).catch(() => []);
}
