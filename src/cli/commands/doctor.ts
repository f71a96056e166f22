import { stateCell } from '../../report/state-cell.ts';
import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { findingsResult } from '../findings-result.ts';
import { openProject } from '../project.ts';
import { given } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['doctor'],
  description: 'Checks tools, credentials, platforms and databases of every environment, or of one.',
  examples: ['deployer doctor', 'deployer doctor --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { examine } = await import('../../workflows/doctor.ts');
    const { checks, findings } = await examine(workspace, given({ env: invocation.globals.env }));
    return findingsResult({
      findings,
      status: 'well',
      document: { checks },
      sentence: 'Everything a deploy needs is there',
      table: (style) =>
        table(
          ['check', 'result'],
          checks.map(({ name, result }) => [
            name,
            / /.test(name) || name === 'state' ? stateCell(result, style) : result,
          ]),
          style,
        ),
    });
  },
};
