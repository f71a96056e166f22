import type { DriverFacts } from '../../core/driver.ts';
import { checkOptions, readOptions } from './options.ts';
import { optionsSchema } from './options-schema.ts';
import { references } from './secret-options.ts';
import { traitsOf } from './traits.ts';

export const facts: DriverFacts = {
  name: 'docker',
  title: 'Docker',
  capabilities: ['provision', 'build', 'switch', 'weights', 'metrics', 'logs', 'rollback', 'jobs', 'lock', 'process'],
  credentials: [],
  settings: [
    { variable: 'DOCKER_HOST', purpose: 'the engine, where the config names none' },
    { variable: 'DOCKER_CONTEXT', purpose: 'the Docker context, where neither names an engine' },
    { variable: 'DOCKER_CONFIG', purpose: 'the folder of contexts, instead of ~/.docker' },
    { variable: 'DOCKER_CERT_PATH', purpose: 'the folder of the certificates for TLS' },
    { variable: 'DOCKER_TLS_VERIFY', purpose: 'whether DOCKER_HOST speaks TLS' },
    { variable: 'SSH_AUTH_SOCK', purpose: 'the agent that ssh asks' },
    { variable: 'HOME', purpose: 'where ~/.docker is' },
  ],
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
