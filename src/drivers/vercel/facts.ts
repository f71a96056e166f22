import type { Capability, DriverFacts } from '../../core/driver.ts';
import { checkOptions, isRolling, optionsSchema } from './options.ts';

const CAPABILITIES: readonly Capability[] = [
  'provision',
  'configure',
  'switch',
  'weights',
  'logs',
  'rollback',
  'static',
];

export const facts: DriverFacts = {
  name: 'vercel',
  title: 'Vercel',
  capabilities: CAPABILITIES,
  credentials: [{ variable: 'VERCEL_TOKEN', purpose: 'an access token of the account that deploys', optional: false }],
  settings: [
    { variable: 'VERCEL_ORG_ID', purpose: 'the id of the team, where the config names none' },
    { variable: 'VERCEL_API_URL', purpose: 'another address of the API, such as a test server' },
  ],
  concurrency: 4,
  artifact: 'files',
  askedByPlans: true,
  traitsOf: ({ options }, { mode }) => ({
    capabilities: CAPABILITIES.filter((capability) => capability !== 'weights' || isRolling(mode, options)),
  }),
  optionsSchema,
  checkOptions,
};
