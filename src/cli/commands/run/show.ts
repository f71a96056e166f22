import { operationsTable } from '../../../report/run.ts';
import { facts } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['run-show'],
  arguments: [{ name: 'run', description: 'id of the run', completes: 'runs' }],
  examples: ['deployer run show run_01hzy3x5w8'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { showRun } = await import('../../../workflows/history.ts');
    const run = await showRun(workspace, invocation.args[0] ?? '');
    return {
      document: { ...run },
      text: (style) =>
        [
          facts(
            [
              ['run', run.run_id],
              ['intent', run.intent],
              ['environment', run.env],
              ['status', run.status],
              ['started', run.started_at],
              ['who', run.who],
              ['version', run.version_id ?? undefined],
              ['error', run.failure && `${run.failure.code}: ${run.failure.reason}`],
              ['logs', run.logs],
            ],
            style,
          ),
          operationsTable(run.operations, style),
        ].join('\n\n'),
    };
  },
};
