import { stateCell } from '../../../report/state-cell.ts';
import { table } from '../../../report/table.ts';
import type { EnvironmentSummary } from '../../../workflows/environments.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['env-list'],
  examples: ['deployer env list', 'deployer env list --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { listEnvironments } = await import('../../../workflows/environments.ts');
    const environments = await listEnvironments(workspace);
    return {
      document: { environments },
      text: (style) =>
        table(
          ['environment', 'mode', 'version', 'state', 'url'],
          environments.map((environment) => [
            environment.name,
            environment.mode,
            environment.version_name ?? environment.version_id ?? '-',
            stateCell(stateOf(environment), style),
            environment.url ?? '-',
          ]),
          style,
        ),
    };
  },
};

function stateOf({ active_run, canary_percent, expired, version_id }: EnvironmentSummary): string {
  if (active_run) return `${active_run} under way`;
  if (canary_percent) return `canary ${canary_percent} %`;
  if (expired) return 'expired';
  return version_id ? 'deployed' : 'empty';
}
