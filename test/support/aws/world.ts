import { randomBytes, randomUUID } from 'node:crypto';
import { Credentials } from './credentials.ts';
import { Faults } from './faults.ts';
import { Policy } from './policy.ts';
import type { AwsPlace, AwsService } from './service.ts';

export interface WorldOptions {
  /** Twelve digits each; two accounts unless named. */
  readonly accounts?: readonly string[];
  /** How many looks a thing that is being made or changed still shows its state on the way. 1 unless given. */
  readonly looks?: number;
}

/** All that the stand-in holds: the state of every service in every account, and how it behaves. */
export class AwsWorld {
  readonly credentials: Credentials;
  readonly faults = new Faults();
  readonly policy = new Policy();
  /** See {@link WorldOptions.looks}; can be changed while it runs. */
  looks: number;
  readonly services: readonly AwsService[];
  readonly #states = new Map<string, unknown>();
  #count = 0;
  #last = 0;

  constructor(
    services: readonly AwsService[],
    { accounts = ['111111111111', '222222222222'], looks = 1 }: WorldOptions = {},
  ) {
    this.services = services;
    this.credentials = new Credentials(accounts);
    this.looks = looks;
  }

  /** Strictly later at each call, in whole milliseconds, so that things have an order. */
  now(): Date {
    this.#last = Math.max(this.#last + 1, Date.now());
    return new Date(this.#last);
  }

  /** A number that no other thing has. */
  next(): number {
    return ++this.#count;
  }

  /** So many hexadecimal digits that no other thing has. */
  hex(digits: number): string {
    return randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits);
  }

  uuid(): string {
    return randomUUID();
  }

  /** The state of a kind in a place; made when first asked for. See {@link stateOf}. */
  state<T>(key: string, make: () => T): T {
    if (!this.#states.has(key)) this.#states.set(key, make());
    return this.#states.get(key) as T;
  }
}

/**
 * A part of the state, typed by who keeps it: `const clusters = stateOf('ecs', () => ({ clusters: new Map() }))`, then
 * `clusters(call)`. Kept for each account and region, for each account, or once for all (names of buckets).
 */
export function stateOf<T>(
  name: string,
  make: () => T,
  per: 'region' | 'account' | 'world' = 'region',
): (place: AwsPlace) => T {
  return ({ world, account, region }) => {
    const place = { region: `${account}/${region}`, account, world: '' }[per];
    return world.state(`${name}@${place}`, make);
  };
}
