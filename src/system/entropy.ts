import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Entropy } from '../core/ports.ts';

/**
 * Ids are ULIDs in lower case behind their prefix (`run_01h…`): 48 bits of time, 80 of chance. Within a process each
 * one sorts after the one before, also within a millisecond and when the clock goes back.
 */
export function systemEntropy(): Entropy {
  const next = monotonicFactory(random);
  return {
    id: (prefix) => `${prefix}${next().toLowerCase()}`,
    random,
    bytes: (length) => new Uint8Array(randomBytes(length)),
  };
}

/** 48 bits of the system's own generator; `Math.random` could be guessed. */
function random(): number {
  return randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
}
