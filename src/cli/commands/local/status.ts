import { join } from 'node:path';
import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Shows the local gateway of this project and the processes it keeps running.',
  examples: ['deployer local status'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { localStatus } = await import('../../../drivers/local/control.ts');
    const status = await localStatus(join(workspace.folder, 'local'));
    const rows = status.targets.flatMap(({ environment, service, url, releases }) =>
      releases.map((release) => [
        environment,
        service,
        release.version_id,
        release.state,
        `${release.percent} %`,
        url ?? '-',
      ]),
    );
    return {
      document: { ...status },
      text: () =>
        [
          status.running ? `gateway: running (pid ${status.pid})` : 'gateway: not running',
          table(['environment', 'service', 'version', 'state', 'traffic', 'url'], rows),
        ]
          .filter(Boolean)
          .join('\n'),
    };
  },
};
