import { join } from 'node:path';
import type { Finding } from '../../../core/finding.ts';
import type { TargetView } from '../../../drivers/local/protocol.ts';
import { findingText } from '../../../report/failure.ts';
import { stateCell } from '../../../report/state-cell.ts';
import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['local-status'],
  description: 'Shows the local gateway of this project and the processes it keeps running.',
  examples: ['deployer local status'],
  async run(invocation) {
    const { folder } = await openProject(invocation);
    const { localStatus } = await import('../../../drivers/local/control.ts');
    const status = await localStatus(join(folder, 'local'));
    const releases = status.targets.flatMap(({ environment, service, url, releases }) =>
      releases.map((release) => ({ ...release, environment, service, url })),
    );
    return {
      document: { ...status },
      text: (style) =>
        [
          status.running ? `gateway: running (pid ${status.pid})` : 'gateway: not running',
          table(
            ['environment', 'service', 'version', 'state', 'traffic', 'url'],
            releases.map(({ environment, service, version_id, state, percent, url }) => [
              environment,
              service,
              version_id,
              stateCell(state, style),
              `${percent} %`,
              url ?? '-',
            ]),
            style,
          ),
          ...status.targets.flatMap((target) => (target.note ? [findingText(noteOf(target, target.note), style)] : [])),
        ]
          .filter(Boolean)
          .join('\n'),
    };
  },
};

function noteOf({ environment, service }: TargetView, note: string): Finding {
  const fix = 'End the other program, or ask for a port of your own: local.port';
  return { level: 'warning', code: 'DRIFT', message: `${service} in ${environment}: ${note}`, fix };
}
