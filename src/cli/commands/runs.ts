import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject, positive } from '../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  options: [{ flags: '--limit <n>', description: 'how many, newest first (default: 20)' }],
  examples: ['deployer runs', 'deployer runs --limit 5 --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { listRuns } = await import('../../workflows/history.ts');
    const { options, globals } = invocation;
    const limit = options.limit === undefined ? 20 : positive(options.limit, '--limit');
    const runs = await listRuns(workspace, { limit, ...(globals.env ? { env: globals.env } : {}) });
    const rows = runs.map(({ run_id, intent, env, status, started_at, who, version_id }) => [
      run_id,
      intent,
      env,
      status,
      started_at,
      who,
      version_id ?? '-',
    ]);
    return {
      document: { runs },
      text: () => table(['run', 'intent', 'environment', 'status', 'started', 'who', 'version'], rows) || 'No runs yet',
    };
  },
};
