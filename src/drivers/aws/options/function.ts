import type { KindOptions, SharedOptions } from './shared.ts';

/** Options of kind `function`, complete. */
export interface FunctionOptions extends SharedOptions {
  readonly kind: 'function';
}

export const functionOptions: KindOptions = { checks: {}, defaults: {}, properties: {} };
