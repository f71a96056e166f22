import { AWS_CREDENTIALS, AWS_SETTINGS } from '../../aws/access.ts';
import type { Capability, DriverFacts } from '../../core/driver.ts';
import { ENGINE_SETTINGS } from '../image/engine/settings.ts';
import { containerTraits } from './container/traits.ts';
import { checkOptions, readOptions } from './options/options.ts';
import { optionsSchema } from './options/schema.ts';
import type { AwsKind } from './options/shared.ts';
import { STATIC_CREATES, STATIC_FILES } from './static/traits.ts';

const SHARED: readonly Capability[] = ['provision', 'switch', 'weights', 'logs', 'rollback'];

/** What each kind can do. */
const OF_KIND: Readonly<Record<AwsKind, readonly Capability[]>> = {
  static: ['provision', 'switch', 'weights', 'rollback', 'static'],
  container: [...SHARED, 'build', 'metrics', 'jobs', 'process'],
  function: [...SHARED, 'static'],
};

export const facts: DriverFacts = {
  name: 'aws',
  title: 'AWS',
  capabilities: [...new Set(Object.values(OF_KIND).flat())],
  credentials: AWS_CREDENTIALS,
  settings: [...AWS_SETTINGS, ...ENGINE_SETTINGS],
  concurrency: 4,
  artifact: 'files',
  askedByPlans: true,
  optionsSchema,
  checkOptions,
  readsVariables: (options) => readOptions(options).kind !== 'static',
  fileLimit: (options) => (readOptions(options).kind === 'static' ? STATIC_FILES : undefined),
  traitsOf: ({ options: given }, { mode }) => {
    const options = readOptions(given);
    const { kind } = options;
    if (options.kind === 'container') return containerTraits(options, OF_KIND.container, mode);
    return { capabilities: OF_KIND[kind], ...(kind === 'static' ? { creates: STATIC_CREATES } : {}) };
  },
};
