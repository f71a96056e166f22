import type { Plan } from '../../../core/plan.ts';
import { list } from '../../../core/text.ts';
import type { RunOptions } from '../../../workflows/deploy.ts';
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
    {
      flags: '--leave-unreachable',
      description:
        'leaves what is at places that do not answer, such as a server that is gone for good, and forgets it',
    },
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
          const leaving = flagOf(invocation.options, 'leaveUnreachable');
          if (!leaving) await confirmName(invocation, env);
          const approve: RunOptions['approve'] = async (plan) => {
            if (!leaving) return 'approved_unseen';
            await confirmName(invocation, env, plan);
            return 'approved';
          };
          return destroyEnvironment(workspace, { env, ...extentOf(invocation) }, { ...running, approve });
        }),
};

async function showDestruction(invocation: Invocation): Promise<CommandResult> {
  const workspace = await openProject(invocation);
  const { planDestruction } = await import('../../../workflows/destroy.ts');
  const { planText } = await import('../../../report/plan/text.ts');
  const env = await namedEnvironment(invocation, workspace);
  const { plan } = await planDestruction(workspace, { env, ...extentOf(invocation) });
  return { document: { ...plan }, text: (style) => planText(plan, { style }) };
}

function extentOf({ options }: Invocation): { readonly data?: 'remove'; readonly unreachable?: 'leave' } {
  return {
    ...(flagOf(options, 'volumes') ? { data: 'remove' } : {}),
    ...(flagOf(options, 'leaveUnreachable') ? { unreachable: 'leave' } : {}),
  };
}

/** `--yes` is no answer here: what is gone is gone. */
async function confirmName(invocation: Invocation, env: string, plan?: Plan): Promise<void> {
  const given = textOf(invocation.options, 'confirm');
  if (given === env) return;
  if (given !== undefined)
    throw usage(`--confirm says "${given}", the environment is "${env}"`, `Confirm with: --confirm ${env}`);
  const data = flagOf(invocation.options, 'volumes') ? ', with all data of its services' : '';
  const text = `This removes everything of ${env}${data}${exceptions(plan)}.`;
  await insist(invocation, { text, flag: `--confirm ${env}`, word: env });
}

/** What the plan gives up. */
function exceptions(plan: Plan | undefined): string {
  const places = plan?.operations.flatMap(({ action }) => (action.do === 'destroy' ? (action.leaves ?? []) : [])) ?? [];
  return places.length > 0 ? `, but for what is on ${list([...new Set(places)])}: that is forgotten` : '';
}
