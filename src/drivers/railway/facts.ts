import type { Capability, DriverFacts } from '../../core/driver.ts';
import { CREDENTIAL, checkOptions, readOptions } from './options.ts';
import { optionsSchema } from './options-schema.ts';

const CAPABILITIES: readonly Capability[] = ['provision', 'configure', 'logs', 'rollback', 'static', 'process'];

export const facts: DriverFacts = {
  name: 'railway',
  title: 'Railway',
  capabilities: CAPABILITIES,
  credentials: [
    { variable: 'RAILWAY_API_TOKEN', purpose: 'a token of the account or workspace that deploys', optional: true },
    {
      variable: 'RAILWAY_TOKEN',
      purpose: 'a token of one environment of one project, which goes first',
      optional: true,
    },
  ],
  settings: [
    { variable: 'RAILWAY_PROJECT_ID', purpose: 'the id of the project, where the config names none' },
    { variable: 'RAILWAY_API_URL', purpose: 'another address of the API, such as a test server' },
  ],
  concurrency: 4,
  artifact: 'files',
  // As Railway's own command line has it.
  ignores: { file: '.railwayignore', defaults: ['node_modules'] },
  askedByPlans: true,
  traitsOf: ({ options }, { mode }) => {
    const { image, volume } = readOptions(options);
    return {
      capabilities: CAPABILITIES,
      ...(image === undefined
        ? {
            rebuilds:
              'Railway builds it anew from the same sources, since no environment can take the image of another',
          }
        : { artifact: 'image' as const }),
      // A preview's environment goes with all that is in it.
      ...(volume === undefined || mode === 'preview' ? {} : { data: true as const }),
      ...(image !== undefined && volume !== undefined ? { longLived: true as const } : {}),
    };
  },
  optionsSchema,
  checkOptions,
  madeElsewhere: (options) => readOptions(options).image,
  references: (options) => {
    const { registry_password } = readOptions(options);
    return registry_password === undefined ? {} : { [CREDENTIAL]: registry_password };
  },
};
