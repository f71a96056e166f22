import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  examples: ['deployer env list', 'deployer env list --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { listEnvironments } = await import('../../../workflows/environments.ts');
    const environments = await listEnvironments(workspace);
    const rows = environments.map((env) => [
      env.name,
      env.mode,
      env.version_name ?? env.version_id ?? '-',
      env.active_run
        ? `run ${env.active_run} under way`
        : env.canary_percent
          ? `canary ${env.canary_percent} %`
          : env.expired
            ? 'expired'
            : env.version_id
              ? 'deployed'
              : 'empty',
      env.url ?? '-',
    ]);
    return { document: { environments }, text: () => table(['environment', 'mode', 'version', 'state', 'url'], rows) };
  },
};
