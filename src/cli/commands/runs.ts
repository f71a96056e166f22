import { stateCell } from '../../report/state-cell.ts';
import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';
import { given, numberOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['runs'],
  options: [{ flags: '--limit <n>', description: 'how many, newest first', type: 'count', default: 20 }],
  examples: ['deployer runs', 'deployer runs --limit 5 --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { listRuns } = await import('../../workflows/history.ts');
    const { options, globals } = invocation;
    const limit = numberOf(options, 'limit') ?? 20;
    const runs = await listRuns(workspace, { limit, ...given({ env: globals.env }) });
    return {
      document: { runs },
      text: (style) =>
        table(
          ['run', 'intent', 'environment', 'status', 'started', 'who', 'version'],
          runs.map(({ run_id, intent, env, status, started_at, who, version_id }) => [
            run_id,
            intent,
            env,
            stateCell(status, style),
            started_at,
            who,
            version_id ?? '-',
          ]),
          style,
        ) || 'No runs yet',
    };
  },
};
