import type { CommandSpec } from '../command.ts';
import { RUN_OPTIONS } from '../run-options.ts';
import { runVerb } from '../run-verb.ts';
import { flagOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description: 'Places the running version again, with the variables of today.',
  options: [
    { flags: '--changed', description: 'only services whose variables or secrets changed since their release' },
    ...RUN_OPTIONS,
  ],
  examples: ['deployer redeploy --env staging', 'deployer redeploy --changed --env production'],
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running, env }) => {
      const { redeploy } = await import('../../workflows/redeploy.ts');
      const services = flagOf(invocation.options, 'changed') ? 'changed' : 'all';
      return redeploy(workspace, { env: await env(), services }, running);
    }),
};
