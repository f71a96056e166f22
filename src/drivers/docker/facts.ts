import type { DriverFacts } from '../../core/driver.ts';
import { ENGINE_SETTINGS } from '../image/engine/settings.ts';
import { checkOptions, readOptions } from './options.ts';
import { optionsSchema } from './options-schema.ts';
import { references } from './secret-options.ts';
import { traitsOf } from './traits.ts';

export const facts: DriverFacts = {
  name: 'docker',
  title: 'Docker',
  capabilities: [
    'provision',
    'build',
    'switch',
    'weights',
    'metrics',
    'latency',
    'logs',
    'rollback',
    'jobs',
    'lock',
    'process',
  ],
  credentials: [],
  settings: ENGINE_SETTINGS,
  concurrency: 4,
  artifact: 'image',
  askedByPlans: true,
  optionsSchema,
  checkOptions,
  traitsOf: (service) => traitsOf(service, readOptions(service.options), facts.capabilities),
  madeElsewhere: (options) => readOptions(options).image,
  references,
  namedVariables: (options) => ({ secret_files: readOptions(options).secret_files }),
};
