import type { Finding } from '../core/finding.ts';
import type { Gate } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { list } from '../core/text.ts';
import { type DatabaseWork, takesAway } from './migrations.ts';
import type { Rollout } from './rollout.ts';

/** Two new versions beside each other cannot be told apart, so a canary has to end before anything else is placed. */
export function canaryGate({ current, environment }: Snapshot): Gate[] {
  if (!current?.canary) return [];
  const { version_name, version_id, percent } = current.canary;
  return [
    {
      name: 'canary_in_progress',
      met: false,
      message: `A canary of ${version_name ?? version_id} has ${percent} % of ${environment.name}`,
      fix: `deployer canary promote --env ${environment.name}, or deployer canary abort --env ${environment.name}`,
    },
  ];
}

/** A direct deploy into an environment that takes only promoted versions. */
export function directDeployGate({ environment }: Snapshot): Gate[] {
  const [first] = environment.promote_from;
  if (first === undefined) return [];
  return [
    {
      name: 'promote_from',
      met: false,
      message: `${environment.name} takes only versions that ran healthy in ${list(environment.promote_from)}`,
      fix: `deployer env promote ${first} ${environment.name}`,
    },
  ];
}

export function promotionGates({ environment, from }: Snapshot): Gate[] {
  const source = from?.name ?? 'the source';
  const [first] = environment.promote_from;
  const allowed = first === undefined || environment.promote_from.includes(source);
  const last = from?.deployments.at(-1);
  const healthy = last?.healthy === true && !from?.canary;
  return [
    {
      name: 'promote_from',
      met: allowed,
      message: allowed
        ? `${environment.name} takes versions from ${source}`
        : `${environment.name} takes versions only from ${list(environment.promote_from)}, not from ${source}`,
      ...(allowed ? {} : { fix: `deployer env promote ${first} ${environment.name}` }),
    },
    {
      name: 'source_healthy',
      met: healthy,
      message: healthy ? `The last deploy of ${source} was healthy` : unhealthy(source, from?.canary !== undefined),
      ...(healthy ? {} : { fix: `Bring ${source} to a healthy version first: deployer status --env ${source}` }),
    },
  ];
}

/** During a canary old and new code run on one schema. */
export function phaseGate(
  work: readonly DatabaseWork[],
  { rollout, live }: { readonly rollout: Rollout; readonly live: boolean },
): Gate[] {
  if (rollout.mode === 'all' || !live) return [];
  const taking = work
    .filter(({ strategy }) => strategy === 'pre_deploy')
    .flatMap(({ files }) => files.filter(takesAway).map((file) => file.id));
  if (taking.length === 0) return [];
  return [
    {
      name: 'migration_phase',
      met: false,
      message: `${list(taking)} would take away what the old code needs while it still runs beside the canary`,
      fix: 'Use strategy post_deploy, or deploy the migration without a canary',
    },
  ];
}

/** Passes gates that `--force` may pass; each one passed this way leaves a warning. */
export function force(
  gates: readonly Gate[],
  forced: boolean | undefined,
): { readonly gates: readonly Gate[]; readonly warnings: readonly Finding[] } {
  if (!forced) return { gates, warnings: [] };
  return {
    gates: gates.map(({ name, met, message }) => ({ name, met: true, message: met ? message : `${message} (forced)` })),
    warnings: gates
      .filter((gate) => !gate.met)
      .map((gate) => ({ level: 'warning', code: 'GATE_REFUSED', message: `Gate passed by force: ${gate.message}` })),
  };
}

function unhealthy(source: string, canary: boolean): string {
  return canary ? `A canary is under way in ${source}` : `The last deploy of ${source} was not healthy`;
}
