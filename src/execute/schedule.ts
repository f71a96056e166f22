import { tailWeights } from '../core/graph.ts';
import type { Operation, OperationType } from '../core/plan.ts';

export interface ScheduleLimits {
  /** Operations at once in all. */
  readonly concurrency: number;
  /** Operations at once that talk to this driver. */
  readonly driverLimit: (driver: string) => number;
}

/** Guesses for steps that never ran, ms. Only their order of size matters. */
const TYPICAL_DURATION: Readonly<Record<OperationType, number>> = {
  infra_provision: 30_000,
  configure: 2_000,
  migration: 10_000,
  build: 60_000,
  deploy: 20_000,
  traffic: 2_000,
  health_check: 10_000,
  cleanup: 5_000,
};

/**
 * Decides what runs next; knows no clock and starts nothing itself. Of the operations whose dependencies succeeded, the
 * one with the longest way to the end of the plan goes first, unless its driver is full; equal ones go in plan order.
 * Each operation costs O(log n + drivers + its own edges).
 */
export class Schedule {
  readonly #limits: ScheduleLimits;
  readonly #operations: readonly Operation[];
  readonly #indexOf = new Map<string, number>();
  readonly #dependants: number[][];
  readonly #waitingFor: number[];
  readonly #tails: number[];
  readonly #slots = new Map<string, Slot>();
  #running = 0;

  /**
   * Throws when the operations are not a graph without cycles. `finished` ones are done already; of these, nothing may
   * follow those that are `holding`.
   */
  constructor(
    operations: readonly Operation[],
    limits: ScheduleLimits,
    finished: ReadonlySet<string> = new Set(),
    holding: ReadonlySet<string> = new Set(),
  ) {
    const tails = tailWeights(operations, expectedDuration);
    this.#limits = limits;
    this.#operations = operations;
    this.#tails = operations.map((operation) => tails.get(operation.id) ?? 0);
    this.#dependants = operations.map(() => []);
    operations.forEach((operation, index) => {
      this.#indexOf.set(operation.id, index);
    });
    const passed = new Set([...finished].filter((id) => !holding.has(id)));
    this.#waitingFor = operations.map((operation, index) => this.#linkDependencies(operation, index, passed));
    operations.forEach((operation, index) => {
      if (this.#waitingFor[index] === 0 && !finished.has(operation.id)) this.#makeReady(index);
    });
  }

  /** How many operations were handed out and have not ended. */
  get running(): number {
    return this.#running;
  }

  /** The operation to start now, which counts as running from here on; `undefined` when none may. */
  next(): Operation | undefined {
    if (this.#running >= Math.max(1, this.#limits.concurrency)) return undefined;
    let best: Slot | undefined;
    for (const slot of this.#slots.values()) {
      if (slot.running < slot.limit && slot.ready.size > 0 && (!best || this.#before(slot, best))) best = slot;
    }
    const index = best?.ready.pop();
    if (best === undefined || index === undefined) return undefined;
    best.running += 1;
    this.#running += 1;
    return this.#operations[index];
  }

  /** The operation ended. `succeeded` lets its dependants come; otherwise they stay where they are. */
  end(id: string, outcome: 'succeeded' | 'not_succeeded'): void {
    const index = this.#indexOf.get(id);
    if (index === undefined) throw new Error(`${id} is not part of the plan`);
    this.#running -= 1;
    this.#slot(index).running -= 1;
    if (outcome === 'not_succeeded') return;
    for (const dependant of this.#dependants[index] ?? []) {
      const open = (this.#waitingFor[dependant] ?? 0) - 1;
      this.#waitingFor[dependant] = open;
      if (open === 0) this.#makeReady(dependant);
    }
  }

  #linkDependencies(operation: Operation, index: number, finished: ReadonlySet<string>): number {
    const open = new Set(operation.depends_on.filter((wanted) => !finished.has(wanted)));
    for (const wanted of open) this.#dependants[this.#indexOf.get(wanted) ?? -1]?.push(index);
    return open.size;
  }

  #makeReady(index: number): void {
    this.#slot(index).ready.push(index);
  }

  #slot(index: number): Slot {
    const driver = this.#operations[index]?.driver ?? '';
    let slot = this.#slots.get(driver);
    if (!slot) {
      const limit = driver === '' ? Number.POSITIVE_INFINITY : Math.max(1, this.#limits.driverLimit(driver));
      slot = { limit, running: 0, ready: new Heap((a, b) => this.#goesBefore(a, b)) };
      this.#slots.set(driver, slot);
    }
    return slot;
  }

  #before(a: Slot, b: Slot): boolean {
    return this.#goesBefore(a.ready.first ?? -1, b.ready.first ?? -1);
  }

  #goesBefore(a: number, b: number): boolean {
    const difference = (this.#tails[b] ?? 0) - (this.#tails[a] ?? 0);
    return difference === 0 ? a < b : difference < 0;
  }
}

interface Slot {
  readonly limit: number;
  running: number;
  readonly ready: Heap;
}

function expectedDuration(operation: Operation): number {
  return operation.last_duration_ms ?? TYPICAL_DURATION[operation.type];
}

/** Binary heap of operation numbers, the one to go first on top. */
class Heap {
  readonly #items: number[] = [];
  readonly #before: (a: number, b: number) => boolean;

  constructor(before: (a: number, b: number) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): number | undefined {
    return this.#items[0];
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) break;
      at = parent;
    }
  }

  pop(): number | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    items[0] = last;
    for (let at = 0; ; ) {
      const child = this.#smallerChild(at);
      if (child === undefined || !this.#swapIfBefore(child, at)) return first;
      at = child;
    }
  }

  #smallerChild(at: number): number | undefined {
    const [left, right] = [this.#items[2 * at + 1], this.#items[2 * at + 2]];
    if (left === undefined) return undefined;
    return right !== undefined && this.#before(right, left) ? 2 * at + 2 : 2 * at + 1;
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const [a, b] = [this.#items[child], this.#items[parent]];
    if (a === undefined || b === undefined || !this.#before(a, b)) return false;
    this.#items[child] = b;
    this.#items[parent] = a;
    return true;
  }
}
