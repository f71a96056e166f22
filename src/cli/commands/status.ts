import { findingText } from '../../report/failure.ts';
import { stateCell } from '../../report/state-cell.ts';
import type { Style } from '../../report/style.ts';
import { type Cell, table } from '../../report/table.ts';
import type { ServiceStatus } from '../../workflows/status.ts';
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
          table(
            ['environment', 'service', 'version', 'state', 'traffic', 'url'],
            services.map((service) => row(service, style)),
            style,
          ) || 'Nothing is deployed',
          ...open_runs.map((run) => findingText(openRunFinding(run), style)),
        ].join('\n'),
    };
  },
};

function row({ env, service, version_id, state, percent, url, drift, detail }: ServiceStatus, style: Style): Cell[] {
  const words = [state, drift ? 'drift' : '', detail ?? ''].filter(Boolean).join(', ');
  return [env, service, version_id ?? '-', stateCell(words, style), `${percent} %`, url ?? '-'];
}
