import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';
import { given, numberOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['versions'],
  options: [{ flags: '--limit <n>', description: 'how many, newest first', type: 'count', default: 20 }],
  examples: ['deployer versions', 'deployer versions --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { listVersions } = await import('../../workflows/history.ts');
    const { options, globals } = invocation;
    const limit = numberOf(options, 'limit') ?? 20;
    const versions = await listVersions(workspace, { limit, ...given({ env: globals.env }) });
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
      text: (style) =>
        table(['version', 'name', 'created', 'built in', 'commit', 'runs in'], rows, style) || 'No versions yet',
    };
  },
};
