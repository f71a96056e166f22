import { type Digest, digestValue } from '../core/digest.ts';
import type { MigrationStatus } from '../core/migration.ts';
import type { Plan, PlanBasis } from '../core/plan.ts';
import type { ObservedService, Snapshot } from '../core/snapshot.ts';
import type { EnvironmentState } from '../core/state.ts';
import { driftOf } from './target.ts';

/** What a plan was made from. */
export function basisOf(snapshot: Snapshot): PlanBasis {
  const { state, config, source } = snapshot;
  return {
    lineage: state.serial === 0 ? null : state.lineage,
    state_serial: state.serial,
    environment_digest: environmentDigest(snapshot.current),
    config_digest: config.digest,
    inputs_digest: inputsDigest(snapshot),
    source: source && { commit: source.commit, ...(source.branch === undefined ? {} : { branch: source.branch }) },
  };
}

/**
 * Why a plan no longer fits the world, one sentence per reason; empty when it does. The serial does not decide: it also
 * moves when other environments are deployed.
 */
export function isStale(plan: Plan, snapshot: Snapshot): string[] {
  const then = plan.based_on;
  const now = basisOf(snapshot);
  const reasons: string[] = [];
  if (then.lineage !== null && then.lineage !== now.lineage)
    reasons.push('the state is that of another project folder');
  if (then.environment_digest !== now.environment_digest)
    reasons.push(`${plan.env} was changed since (state ${then.state_serial}, now ${now.state_serial})`);
  if (then.config_digest !== now.config_digest) reasons.push('the config file was changed since');
  if (then.inputs_digest !== now.inputs_digest)
    reasons.push('sources, variables, databases or what the platforms report changed since');
  return reasons;
}

/**
 * Over the environment's part of the state. Durations are left out, for they decide nothing, and of each past
 * deployment only its identity is taken: entries never change, and there may be 20 for each of 1,000 services.
 */
function environmentDigest(current: EnvironmentState | undefined): Digest {
  if (!current) return digestValue(null);
  const { durations: _, deployments, ...rest } = current;
  return digestValue({ ...rest, deployments: deployments.map((past) => [past.run_id, past.version_id, past.healthy]) });
}

function inputsDigest(snapshot: Snapshot): Digest {
  return digestValue({
    configuration: snapshot.configuration,
    services: mapValues(snapshot.services, sourcesOf),
    databases: mapValues(snapshot.databases, schemaOf),
    drift: Object.keys(snapshot.inspections)
      .sort()
      .map((name) => [name, driftOf(snapshot, name)])
      .filter(([, drift]) => drift !== undefined),
    version: snapshot.version?.id ?? null,
    from: snapshot.from ? environmentDigest(snapshot.from) : null,
  });
}

/** Without the count of changed files, which only explains. */
function sourcesOf({ source, options, variables, build_variables, option_secrets }: ObservedService): unknown {
  return { source, options, variables, build_variables, option_secrets };
}

function schemaOf({ applied, pending, dirty, problems }: MigrationStatus): unknown {
  const identity = ({ id, checksum }: { readonly id: string; readonly checksum: Digest }) => [id, checksum];
  return { applied: applied.map(identity), pending: pending.map(identity), dirty, problems };
}

function mapValues<T>(record: Readonly<Record<string, T>>, turn: (value: T) => unknown): unknown {
  return Object.entries(record)
    .map(([name, value]) => [name, turn(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
