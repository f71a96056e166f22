import type { Capability, DriverFacts } from '../../core/driver.ts';
import { checkOptions, fileLimit, isRolling, optionsSchema } from './options.ts';

const CAPABILITIES: readonly Capability[] = [
  'provision',
  'configure',
  'switch',
  'weights',
  'logs',
  'rollback',
  'static',
];

/** As Vercel's own command line has them, beyond what nobody ever takes. */
const LEFT_OUT = [
  ...['.hg', '.svn', 'CVS', '.gitmodules', '.cache', '.next', '.now', '.vercel', '.npmignore', '.dockerignore'],
  ...['.gitignore', '.vercelignore', '.deployignore', '.*.swp', '.lock-wscript', '.venv', 'venv', '__pycache__'],
  ...['.yarn/cache', '.pnp*', 'npm-debug.log', 'config.gypi'],
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
  ignores: { file: '.vercelignore', defaults: LEFT_OUT },
  askedByPlans: true,
  traitsOf: ({ options }, { mode }) => ({
    capabilities: CAPABILITIES.filter((capability) => capability !== 'weights' || isRolling(mode, options)),
  }),
  fileLimit,
  optionsSchema,
  checkOptions,
};
