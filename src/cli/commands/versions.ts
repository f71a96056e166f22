import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject, positive } from '../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  options: [{ flags: '--limit <n>', description: 'how many, newest first (default: 20)' }],
  examples: ['deployer versions', 'deployer versions --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { listVersions } = await import('../../workflows/history.ts');
    const { options, globals } = invocation;
    const limit = options.limit === undefined ? 20 : positive(options.limit, '--limit');
    const versions = await listVersions(workspace, { limit, ...(globals.env ? { env: globals.env } : {}) });
    const rows = versions.map(({ id, name, created_at, built_in, commit, runs_in }) => [
      id,
      name ?? '-',
      created_at,
      built_in,
      commit?.slice(0, 10) ?? '-',
      runs_in.join(', ') || '-',
    ]);
    return {
      document: { versions },
      text: () => table(['version', 'name', 'created', 'built in', 'commit', 'runs in'], rows) || 'No versions yet',
    };
  },
};
