import { facts, table } from '../../../report/table.ts';
import type { ServiceStatus } from '../../../workflows/status.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['canary-status'],
  description:
    'Shows the canary beside the releases from before, with the requests that were counted of each. Counts begin with the canary, or with the gateway of this machine.',
  examples: ['deployer canary status --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { requireCanary } = await import('../../../workflows/canary.ts');
    const { readStatus } = await import('../../../workflows/status.ts');
    const { env, canary } = await requireCanary(workspace, (await chooseEnvironment(invocation, workspace)).name);
    const { percent, version_id, version_name, started_at, run_id } = canary;
    const { services } = await readStatus(workspace, { env });
    const releases = services.filter((release) => release.version_id === version_id);
    const shared = new Set(releases.map(({ service }) => service));
    const baseline = services.filter(
      (release) => shared.has(release.service) && release.version_id !== version_id && release.percent > 0,
    );
    return {
      document: {
        env,
        version_id,
        version_name: version_name ?? null,
        percent,
        started_at,
        run_id,
        releases,
        baseline,
      },
      text: (style) =>
        [
          facts(
            [
              ['environment', env],
              ['version', version_name ? `${version_name} (${version_id})` : version_id],
              ['share', `${percent} %`],
              ['since', started_at],
            ],
            style,
          ),
          table(
            ['service', 'release', 'state', 'share', 'requests', 'failed', '95 % within'],
            [
              ...releases.map((release) => sideRow(release, 'canary')),
              ...baseline.map((one) => sideRow(one, 'before')),
            ],
            style,
          ),
        ].join('\n'),
    };
  },
};

function sideRow({ service, state, percent, requests, errors, p95_ms }: ServiceStatus, side: string): string[] {
  const failed =
    errors && requests ? `${errors} (${Number(((errors / requests) * 100).toFixed(2))} %)` : `${errors ?? '-'}`;
  const speed = p95_ms === undefined ? '-' : `${p95_ms} ms`;
  return [service, side, state, `${percent} %`, `${requests ?? '-'}`, failed, speed];
}
