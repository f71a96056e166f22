import { facts } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['canary-status'],
  examples: ['deployer canary status --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { requireCanary } = await import('../../../workflows/canary.ts');
    const { readStatus } = await import('../../../workflows/status.ts');
    const { env, canary } = await requireCanary(workspace, (await chooseEnvironment(invocation, workspace)).name);
    const { percent, version_id, version_name, started_at, run_id } = canary;
    const { services } = await readStatus(workspace, { env });
    const releases = services.filter((release) => release.version_id === version_id);
    return {
      document: { env, version_id, version_name: version_name ?? null, percent, started_at, run_id, releases },
      text: (style) =>
        facts(
          [
            ['environment', env],
            ['version', version_name ? `${version_name} (${version_id})` : version_id],
            ['share', `${percent} %`],
            ['since', started_at],
            ...releases.map(
              ({ service, requests, errors, state }) =>
                [service, `${state}, ${requests ?? 0} requests, ${errors ?? 0} failed`] as const,
            ),
          ],
          style,
        ),
    };
  },
};
