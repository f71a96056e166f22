import type { CommandSpec } from '../command.ts';
import { FORCE_OPTION, RUN_OPTIONS } from '../run-options.ts';
import { runVerb } from '../run-verb.ts';
import { flagOf, given, textOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description:
    'Goes back to an earlier version and the configuration it ran with. After a run that was cut off: takes it back.',
  options: [
    {
      flags: '--to <version>',
      description: 'a version by id or name (default: the one before)',
      completes: 'versions',
    },
    { flags: '--migrate-down', description: 'run the down files of migrations that came since' },
    FORCE_OPTION,
    ...RUN_OPTIONS,
  ],
  examples: ['deployer rollback --env production', 'deployer rollback --env staging --to v3.1'],
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running, env }) => {
      const { rollback } = await import('../../workflows/rollback.ts');
      const { options } = invocation;
      const wishes = {
        to: textOf(options, 'to'),
        migrateDown: flagOf(options, 'migrateDown'),
        force: flagOf(options, 'force'),
      };
      return rollback(workspace, { env: await env(), ...given(wishes) }, running);
    }),
};
