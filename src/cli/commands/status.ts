import { findingText } from '../../report/failure.ts';
import { statusTable } from '../../report/status.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';
import { given } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['status'],
  description:
    'Shows what runs where, as the platforms say it; drift from the state and runs that were cut off are marked.',
  examples: ['deployer status', 'deployer status --env production --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const [{ readStatus }, { openRunFinding }] = await Promise.all([
      import('../../workflows/status.ts'),
      import('../../workflows/open-runs.ts'),
    ]);
    const { services, open_runs } = await readStatus(workspace, given({ env: invocation.globals.env }));
    return {
      document: { services, open_runs },
      text: (style) =>
        [
          statusTable(services, { now: workspace.runtime.clock.now(), style }) || 'Nothing is deployed',
          ...open_runs.map((run) => findingText(openRunFinding(run), style)),
        ].join('\n'),
    };
  },
};
