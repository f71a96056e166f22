import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['env-diff'],
  description: 'Compares what runs in two environments, and their variables, secret references and flags.',
  arguments: [
    { name: 'from', description: 'environment', completes: 'environments' },
    { name: 'to', description: 'environment', completes: 'environments' },
  ],
  examples: ['deployer env diff staging production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { diffEnvironments } = await import('../../../workflows/environments.ts');
    const [from = '', to = ''] = invocation.args;
    const diff = await diffEnvironments(workspace, from, to);
    const rows = diff.changes.map(({ kind, name, from: before, to: after }) => [
      kind,
      name,
      shown(before),
      shown(after),
    ]);
    return {
      document: { ...diff },
      text: (style) =>
        table(['kind', 'name', diff.from, diff.to], rows, style) || `${diff.from} and ${diff.to} are alike`,
    };
  },
};

function shown(value: unknown): string {
  return value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}
