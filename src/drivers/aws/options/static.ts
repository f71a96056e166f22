import type { KindOptions, SharedOptions } from './shared.ts';

/** Options of kind `static`, complete. */
export interface StaticOptions extends SharedOptions {
  readonly kind: 'static';
}

export const staticOptions: KindOptions = { checks: {}, defaults: {}, properties: {} };
