import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock, Entropy } from '../../src/core/ports.ts';
import type { EnvironmentState } from '../../src/core/state.ts';
import { emptyEnvironment } from '../../src/state/document.ts';

let counted = 0;

/** Unique and sortable like the real one. */
export const entropy: Entropy = {
  id: (prefix) =>
    `${prefix}_${Date.now().toString(36).padStart(9, '0')}${(counted++).toString(36).padStart(5, '0')}${randomBytes(6).toString('hex')}`,
  random: Math.random,
  bytes: (length) => new Uint8Array(randomBytes(length)),
};

export const clock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, signal ? { signal } : {});
  },
};

/** An environment whose content is one number, and as many bytes of ballast as asked for. */
export function numbered(name: string, { n, ballast = 0 }: { n: number; ballast?: number }): EnvironmentState {
  const base = emptyEnvironment({ name, mode: 'dev', created_at: '2026-03-01T10:00:00.000Z' });
  return { ...base, durations: { n }, resources: ballast > 0 ? { api: 'x'.repeat(ballast) } : {} };
}

export function numberIn(state: EnvironmentState | undefined): number {
  return state?.durations['n'] ?? 0;
}
