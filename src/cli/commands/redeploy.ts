import type { CommandSpec } from '../command.ts';
import { RUN_OPTIONS } from '../run-options.ts';
import { runVerb } from '../run-verb.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description: 'Places the running version again, with the variables of today.',
  options: RUN_OPTIONS,
  examples: ['deployer redeploy --env staging'],
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running, env }) => {
      const { redeploy } = await import('../../workflows/redeploy.ts');
      return redeploy(workspace, { env: await env() }, running);
    }),
};
