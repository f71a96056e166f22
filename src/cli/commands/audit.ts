import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject, positive } from '../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  options: [{ flags: '--limit <n>', description: 'how many, newest last (default: 50)' }],
  examples: ['deployer audit --limit 10'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { options, globals } = invocation;
    const limit = options.limit === undefined ? 50 : positive(options.limit, '--limit');
    const { entries: all, skipped } = await workspace.state.audit.read({ limit });
    const entries = all.filter(({ environment }) => !globals.env || environment === globals.env);
    const rows = entries.map(({ at, who, action, environment, result, run_id }) => [
      at,
      who,
      action,
      environment ?? '-',
      result ?? '-',
      run_id ?? '-',
    ]);
    return {
      document: { entries, skipped },
      text: () => table(['at', 'who', 'action', 'environment', 'result', 'run'], rows) || 'Nothing was done yet',
    };
  },
};
