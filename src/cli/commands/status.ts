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
  description: 'Shows what runs where, as the platforms say it; drift from the state is marked.',
  examples: ['deployer status', 'deployer status --env production --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { readStatus } = await import('../../workflows/status.ts');
    const services = await readStatus(workspace, given({ env: invocation.globals.env }));
    return {
      document: { services },
      text: (style) =>
        table(
          ['environment', 'service', 'version', 'state', 'traffic', 'url'],
          services.map((service) => row(service, style)),
          style,
        ) || 'Nothing is deployed',
    };
  },
};

function row({ env, service, version_id, state, percent, url, drift, detail }: ServiceStatus, style: Style): Cell[] {
  const words = [state, drift ? 'drift' : '', detail ?? ''].filter(Boolean).join(', ');
  return [env, service, version_id ?? '-', stateCell(words, style), `${percent} %`, url ?? '-'];
}
