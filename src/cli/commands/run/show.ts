import { formatDuration } from '../../../core/duration.ts';
import { facts, table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  arguments: [{ name: 'run', description: 'id of the run' }],
  examples: ['deployer run show run_01hzy3x5w8'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { showRun } = await import('../../../workflows/history.ts');
    const run = await showRun(workspace, invocation.args[0] ?? '');
    const rows = run.operations.map(({ id, status, duration_ms, undone }) => [
      id,
      undone ? `${status}, undone` : status,
      formatDuration(duration_ms),
    ]);
    return {
      document: { ...run },
      text: () =>
        [
          facts([
            ['run', run.run_id],
            ['intent', run.intent],
            ['environment', run.env],
            ['status', run.status],
            ['started', run.started_at],
            ['who', run.who],
            ['version', run.version_id ?? undefined],
            ['error', run.failure && `${run.failure.code}: ${run.failure.reason}`],
            ['logs', run.logs],
          ]),
          table(['operation', 'status', 'took'], rows),
        ].join('\n\n'),
    };
  },
};
