import { table } from '../../report/table.ts';
import type { ServiceStatus } from '../../workflows/status.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Shows what runs where, as the platforms say it; drift from the state is marked.',
  examples: ['deployer status', 'deployer status --env production --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { readStatus } = await import('../../workflows/status.ts');
    const { env } = invocation.globals;
    const services = await readStatus(workspace, env ? { env } : {});
    return {
      document: { services },
      text: () =>
        table(['environment', 'service', 'version', 'state', 'traffic', 'url'], services.map(row)) ||
        'Nothing is deployed',
    };
  },
};

function row({ env, service, version_id, state, percent, url, drift, detail }: ServiceStatus): string[] {
  return [
    env,
    service,
    version_id ?? '-',
    [state, drift ? 'drift' : '', detail ?? ''].filter(Boolean).join(', '),
    `${percent} %`,
    url ?? '-',
  ];
}
