import type { KindOptions, SharedOptions } from './shared.ts';

/** Options of kind `container`, complete. */
export interface ContainerOptions extends SharedOptions {
  readonly kind: 'container';
}

export const containerOptions: KindOptions = { checks: {}, defaults: {}, properties: {} };
