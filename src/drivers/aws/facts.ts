import { AWS_CREDENTIALS, AWS_SETTINGS } from '../../aws/access.ts';
import type { Capability, DriverFacts } from '../../core/driver.ts';
import { ENGINE_SETTINGS } from '../image/engine/settings.ts';
import { containerTraits } from './container/traits.ts';
import { functionTraits } from './function/traits.ts';
import { checkOptions, readOptions } from './options/options.ts';
import { optionsSchema } from './options/schema.ts';
import type { AwsKind } from './options/shared.ts';
import { STATIC_FILES, staticTraits } from './static/traits.ts';

const SHARED: readonly Capability[] = ['provision', 'switch', 'weights', 'metrics', 'logs', 'rollback'];

/** What each kind can do. */
const OF_KIND: Readonly<Record<AwsKind, readonly Capability[]>> = {
  static: ['provision', 'switch', 'weights', 'rollback', 'static'],
  container: [...SHARED, 'build', 'jobs', 'process'],
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
  madeElsewhere: (options) => {
    const read = readOptions(options);
    return read.kind === 'function' ? read.image : undefined;
  },
  readsVariables: (options) => readOptions(options).kind !== 'static',
  fileLimit: (options) => (readOptions(options).kind === 'static' ? STATIC_FILES : undefined),
  traitsOf: ({ options }, { mode }) => {
    const read = readOptions(options);
    if (read.kind === 'container') return containerTraits(read, OF_KIND.container, mode);
    if (read.kind === 'static') return staticTraits(read, OF_KIND.static);
    return { capabilities: OF_KIND.function, ...functionTraits(read) };
  },
};
