import type { DriverFacts } from '../../core/driver.ts';
import { checkOptions, isRolling, optionsSchema } from './options.ts';

export const facts: DriverFacts = {
  name: 'vercel',
  title: 'Vercel',
  capabilities: ['provision', 'configure', 'switch', 'weights', 'logs', 'rollback', 'static'],
  credentials: [{ variable: 'VERCEL_TOKEN', purpose: 'an access token of the account that deploys', optional: false }],
  settings: [
    { variable: 'VERCEL_ORG_ID', purpose: 'the id of the team, where the config names none' },
    { variable: 'VERCEL_API_URL', purpose: 'another address of the API, such as a test server' },
  ],
  concurrency: 4,
  artifact: 'files',
  askedByPlans: true,
  without: ({ mode, options }) => (isRolling(mode, options) ? [] : ['weights']),
  optionsSchema,
  checkOptions,
};
