import type { CommandSpec } from '../../command.ts';
import { DATABASE_OPTION, RUN_OPTIONS } from '../../run-options.ts';
import { runVerb } from '../../run-verb.ts';
import { given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description: 'Applies pending migrations, those with strategy manual too.',
  options: [DATABASE_OPTION, ...RUN_OPTIONS],
  examples: ['deployer migrate run --env production --database main'],
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running, env }) => {
      const { runMigrations } = await import('../../../workflows/migrate.ts');
      const database = textOf(invocation.options, 'database');
      return runMigrations(workspace, { env: await env(), ...given({ database }) }, running);
    }),
};
