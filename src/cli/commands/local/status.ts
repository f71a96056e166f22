import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Shows the local gateway of this project and the processes it keeps running.',
  examples: ['deployer local status'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { localStatus } = await workspace.runtime.localControl(workspace.folder);
    const status = await localStatus();
    return {
      document: { ...status },
      text: () =>
        [
          status.running ? `gateway: running (pid ${status.pid})` : 'gateway: not running',
          table(
            ['environment', 'service', 'release', 'state', 'traffic', 'pid', 'url'],
            status.releases.map((row) => [
              row.environment,
              row.service,
              row.version_id,
              row.state,
              `${row.percent} %`,
              row.pid ? String(row.pid) : '-',
              row.url ?? '-',
            ]),
          ),
        ]
          .filter(Boolean)
          .join('\n'),
    };
  },
};
