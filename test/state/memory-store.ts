import { DeployerError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/store.ts';

/** What can be made to go wrong with the next write. */
export type Fault = 'fails' | 'answer_lost';

export interface MemoryStore extends Store {
  readonly content: Map<string, Uint8Array>;
  /** Calls so far, by method. */
  readonly calls: Map<string, number>;
  /** Applies to the next `create` only. */
  failNext(fault: Fault): void;
}

/** A store that lives as long as its object: a second implementation of the contract, and a place for faults. */
export function memoryStore(): MemoryStore {
  const content = new Map<string, Uint8Array>();
  const calls = new Map<string, number>();
  let fault: Fault | undefined;
  const count = (method: string) => calls.set(method, (calls.get(method) ?? 0) + 1);
  return {
    content,
    calls,
    failNext(next) {
      fault = next;
    },
    async list(prefix) {
      count('list');
      const below = [...content.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      return [...new Set(below.map((name) => name.split('/')[0] ?? ''))].sort();
    },
    async read(key) {
      count('read');
      return content.get(key);
    },
    async create(key, bytes) {
      count('create');
      const now = fault;
      fault = undefined;
      if (now === 'fails') throw lost();
      if (content.has(key)) return 'exists';
      content.set(key, Uint8Array.from(bytes));
      if (now === 'answer_lost') throw lost();
      return 'created';
    },
    async replace(key, bytes) {
      count('replace');
      content.set(key, Uint8Array.from(bytes));
    },
    async remove(key) {
      count('remove');
      content.delete(key);
    },
    async readEnd(key, size) {
      count('readEnd');
      const bytes = content.get(key);
      return bytes && { bytes: bytes.subarray(Math.max(0, bytes.length - size)), length: bytes.length };
    },
    async append(key, { at, bytes }) {
      count('append');
      content.set(key, Buffer.concat([(content.get(key) ?? new Uint8Array()).subarray(0, at), bytes]));
    },
  };
}

function lost(): DeployerError {
  return new DeployerError({ code: 'STATE_UNAVAILABLE', reason: 'The store did not answer' });
}
