/** Which calls a fault is for. What is left out matches all. */
export interface FaultPlace {
  /** What the call is signed for: `ecs`. */
  readonly service?: string;
  readonly operation?: string;
  readonly account?: string;
  readonly region?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the input of any operation
  readonly when?: (input: any) => boolean;
  /** Calls of that kind that pass first. */
  readonly after?: number;
  /** How many calls it is for; 1 unless given. */
  readonly times?: number;
}

/**
 * What happens to a call. Those before the effect: `throttle`, `error`, `unavailable` (an error of the service with this
 * status), `expired`, `stale` (412), `html` (a page in place of an answer), `reset` (the connection), `hang`. Those after
 * it: `lost` (the connection is cut before the answer), `half` (in the middle of it), `garbled` (not in the protocol).
 */
export type Fault =
  | { readonly fault: 'throttle'; readonly retryAfter?: string | number }
  | { readonly fault: 'error'; readonly code: string; readonly message: string; readonly status?: number }
  | { readonly fault: 'unavailable'; readonly status?: number }
  | { readonly fault: 'html'; readonly status?: number }
  | { readonly fault: 'expired' | 'stale' | 'reset' | 'hang' | 'lost' | 'half' | 'garbled' };

export interface Faulted {
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly input: unknown;
}

/** The faults that wait to be played. */
export class Faults {
  readonly #waiting: Waiting[] = [];

  /** Plays a fault at the next call (or calls) of a kind. */
  next(fault: FaultPlace & Fault): void {
    this.#waiting.push({ fault, pass: fault.after ?? 0, times: fault.times ?? 1 });
  }

  /** How many are still to be played: a test sees that what it prepared did happen. */
  get left(): number {
    return this.#waiting.reduce((sum, { times }) => sum + times, 0);
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  /** The fault for this call, which is then used up. */
  take(call: Faulted): Fault | undefined {
    for (const waiting of this.#waiting.filter(({ fault }) => matches(fault, call))) {
      if (waiting.pass > 0) {
        waiting.pass--;
        continue;
      }
      if (--waiting.times <= 0) this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      return waiting.fault;
    }
    return undefined;
  }
}

interface Waiting {
  readonly fault: FaultPlace & Fault;
  pass: number;
  times: number;
}

function matches({ service, operation, account, region, when }: FaultPlace, call: Faulted): boolean {
  const same = (wanted: string | undefined, is: string) => wanted === undefined || wanted === is;
  return (
    same(service, call.service) &&
    same(operation, call.operation) &&
    same(account, call.account) &&
    same(region, call.region) &&
    (when?.(call.input) ?? true)
  );
}
