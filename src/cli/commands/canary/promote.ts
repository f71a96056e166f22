import type { CommandSpec } from '../../command.ts';
import { RUN_OPTIONS } from '../../run-options.ts';
import { runVerb } from '../../run-verb.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description: 'Gives the new version all traffic, and ends the canary.',
  options: RUN_OPTIONS,
  examples: ['deployer canary promote --env staging'],
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running, env }) => {
      const { endCanary } = await import('../../../workflows/canary.ts');
      return endCanary(workspace, { env: await env(), outcome: 'promote' }, running);
    }),
};
