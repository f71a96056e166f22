import type { DriverFamily } from '../../core/driver.ts';
import { facts } from './facts.ts';
import { readOptions } from './options/options.ts';

const KINDS = {
  static: async () => (await import('./static/driver.ts')).driver,
  container: async () => (await import('./container/driver.ts')).driver,
  function: async () => (await import('./function/driver.ts')).driver,
} as const;

/** Places services in an AWS account: files behind CloudFront, containers on Fargate, or Lambda functions. */
export const driver: DriverFamily = {
  facts,
  member: (options) => KINDS[readOptions(options).kind](),
};
