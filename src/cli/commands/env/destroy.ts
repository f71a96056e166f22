import type { CommandResult, CommandSpec, Invocation } from '../../command.ts';
import { insist, namedEnvironment, openProject } from '../../project.ts';
import { RUN_OPTIONS } from '../../run-options.ts';
import { runVerb } from '../../run-verb.ts';
import { usage } from '../../usage.ts';
import { flagOf, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'destroy',
  outputs: ['run', 'plan'],
  description:
    'Removes everything an environment has on its platforms. Databases and volumes are left alone. Asks for the name, or takes --confirm.',
  arguments: [{ name: '[environment]', description: 'environment (default: --env)', completes: 'environments' }],
  options: [
    {
      flags: '--confirm <name>',
      description: 'the environment’s name, instead of typing it',
      completes: 'environments',
    },
    { flags: '--volumes', description: 'also removes the data of its services, for good' },
    { flags: '--dry-run', description: 'only show what would be removed' },
    ...RUN_OPTIONS,
  ],
  examples: ['deployer env destroy pr-42 --dry-run', 'deployer env destroy pr-42 --confirm pr-42'],
  run: (invocation) =>
    flagOf(invocation.options, 'dryRun')
      ? showDestruction(invocation)
      : runVerb(invocation, async ({ workspace, running }) => {
          const { destroyEnvironment } = await import('../../../workflows/destroy.ts');
          const env = await namedEnvironment(invocation, workspace);
          await confirmName(invocation, env);
          return destroyEnvironment(
            workspace,
            { env, ...dataOf(invocation) },
            { ...running, approve: async () => 'approved_unseen' },
          );
        }),
};

async function showDestruction(invocation: Invocation): Promise<CommandResult> {
  const workspace = await openProject(invocation);
  const { planDestruction } = await import('../../../workflows/destroy.ts');
  const { planText } = await import('../../../report/plan/text.ts');
  const env = await namedEnvironment(invocation, workspace);
  const { plan } = await planDestruction(workspace, { env, ...dataOf(invocation) });
  return { document: { ...plan }, text: (style) => planText(plan, { style }) };
}

function dataOf({ options }: Invocation): { readonly data?: 'remove' } {
  return flagOf(options, 'volumes') ? { data: 'remove' } : {};
}

/** `--yes` is no answer here: what is gone is gone. */
async function confirmName(invocation: Invocation, env: string): Promise<void> {
  const given = textOf(invocation.options, 'confirm');
  if (given === env) return;
  if (given !== undefined)
    throw usage(`--confirm says "${given}", the environment is "${env}"`, `Confirm with: --confirm ${env}`);
  const data = flagOf(invocation.options, 'volumes') ? ', with all data of its services' : '';
  await insist(invocation, { text: `This removes everything of ${env}${data}.`, flag: `--confirm ${env}`, word: env });
}
