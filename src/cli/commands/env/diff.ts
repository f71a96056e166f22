import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  arguments: [
    { name: 'from', description: 'environment' },
    { name: 'to', description: 'environment' },
  ],
  examples: ['deployer env diff staging production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { diffEnvironments } = await import('../../../workflows/environments.ts');
    const [from = '', to = ''] = invocation.args;
    const diff = await diffEnvironments(workspace, from, to);
    const rows = diff.changes.map(({ kind, name, change, from: before, to: after }) => [
      kind,
      name,
      change,
      shown(before),
      shown(after),
    ]);
    return {
      document: { ...diff },
      text: () =>
        table(['kind', 'name', 'change', diff.from, diff.to], rows) || `${diff.from} and ${diff.to} are alike`,
    };
  },
};

function shown(value: unknown): string {
  return value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}
