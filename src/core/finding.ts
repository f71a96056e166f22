import type { ErrorCode } from './error-codes.ts';

/** Where in a text file something stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** An error or warning about config, variables or a platform, found before anything is changed. */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly code: ErrorCode;
  readonly message: string;
  /** Path in the config, such as `services.api.health.timeout`. */
  readonly path?: string;
  readonly place?: Place;
  /** What would have been right: `a duration such as 30s`. */
  readonly expected?: string;
  /** What to do next. */
  readonly fix?: string;
  /** The variable it is about. */
  readonly key?: string;
  /** What shows that it is so, one place or reason each: `src/pay.ts:4 process.env.STRIPE_SECRET_KEY`. Never a value. */
  readonly evidence?: readonly string[];
}
