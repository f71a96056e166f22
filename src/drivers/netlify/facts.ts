import type { Capability, DriverFacts } from '../../core/driver.ts';
import { checkOptions, FILE_LIMIT, isSplit, optionsSchema, sideFor } from './options.ts';

const CAPABILITIES: readonly Capability[] = [
  'provision',
  'configure',
  'switch',
  'weights',
  'logs',
  'rollback',
  'static',
];

/** A branch's host name always leads to the newest deploy of the branch. */
const OF_PRODUCTION: readonly Capability[] = ['switch', 'weights', 'rollback'];

export const facts: DriverFacts = {
  name: 'netlify',
  title: 'Netlify',
  capabilities: CAPABILITIES,
  credentials: [
    { variable: 'NETLIFY_AUTH_TOKEN', purpose: 'a personal access token of the account that deploys', optional: false },
  ],
  settings: [{ variable: 'NETLIFY_API_URL', purpose: 'another address of the API, such as a test server' }],
  concurrency: 3,
  artifact: 'files',
  askedByPlans: true,
  traitsOf: ({ options }, { mode }) => ({
    capabilities: CAPABILITIES.filter((capability) => {
      if (sideFor(mode, options) === 'preview') return !OF_PRODUCTION.includes(capability);
      return capability !== 'weights' || isSplit(mode, options);
    }),
  }),
  fileLimit: () => FILE_LIMIT,
  optionsSchema,
  checkOptions,
};
