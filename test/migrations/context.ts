import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationContext, MigrationTarget } from '../../src/core/migration.ts';
import type { Processes } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';

export function targetOf(root: string, url: string, more: Partial<MigrationTarget> = {}): MigrationTarget {
  const shape = { database: 'main', connection_env: 'DATABASE_URL', root, path: 'db', options: {} };
  return { ...shape, url: new Secret(url), ...more };
}

/** The real clock; no processes unless given. Log lines are kept. */
export function contextOf(
  more: Partial<Omit<MigrationContext, 'log'>> = {},
): MigrationContext & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: async (ms, signal) => void (await sleep(ms, undefined, signal === undefined ? {} : { signal })),
    },
    processes: noProcesses,
    signal: new AbortController().signal,
    timeout: 20_000,
    log: (line) => void lines.push(line),
    lines,
    ...more,
  };
}

const noProcesses: Processes = {
  run: () => Promise.reject(new Error('no process may be started here')),
  shell: () => Promise.reject(new Error('no process may be started here')),
};
