import type { DriverContext, Target } from '../../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../../core/inspection.ts';
import { Railway } from '../api/client.ts';
import { urlOf } from '../place/attachments.ts';
import { findPlace, idsOf } from '../place/find.ts';
import { readRecord, type TargetRecord } from '../place/record.ts';
import { type InstanceView, readInstance } from '../place/settings.ts';
import { type DeploymentView, listDeployments, type Phase, phaseOf } from './deployments.ts';

/** Kept ones are told of up to here: Railway has them all until its retention is over, and none can be taken away. */
const MOST_KEPT = 5;
/** In place of a version: somebody has deployed by hand or by git. */
const STRANGER = 'one-made-at-railway';

/** What Railway has of a target, by what it says is active: never by what we remember. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const api = new Railway(context);
  const found = await findPlace(api, target, context);
  const place = found && idsOf(found);
  const instance = place && (await readInstance(api, place));
  if (!place || !instance) return { state: 'absent', releases: [] };
  const [record, deployments] = await Promise.all([readRecord(api, place, target), listDeployments(api, place)]);
  const releases = releasesOf(deployments, record, instance);
  if (releases.length === 0) return { state: 'absent', releases };
  const url = urlOf(instance);
  return {
    state: 'present',
    releases: url === undefined ? releases : releases.map((one) => (one.percent > 0 ? { ...one, url } : one)),
    ...(url === undefined ? {} : { url }),
  };
}

/** The deployment that users get; `undefined` when there is none. */
export function liveDeployment(deployments: readonly DeploymentView[], instance: InstanceView): string | undefined {
  const active = new Set(instance.serviceInstance.activeDeployments.map(({ id }) => id));
  return deployments.find((one) => active.has(one.id) && phaseOf(one) !== 'under_way')?.id;
}

function releasesOf(
  deployments: readonly DeploymentView[],
  record: TargetRecord,
  instance: InstanceView,
): readonly InspectedRelease[] {
  const live = liveDeployment(deployments, instance);
  const versions = new Map(record.releases.map(({ id, version }) => [id, version]));
  const kept = deployments.filter((one) => phaseOf(one) === 'gone' && one.canRollback && versions.has(one.id));
  const shown = new Set(kept.slice(0, MOST_KEPT).map(({ id }) => id));
  return deployments
    .filter((one) => one.id === live || (versions.has(one.id) && (phaseOf(one) !== 'gone' || shown.has(one.id))))
    .toReversed()
    .map((one) => inspected(one, { version: versions.get(one.id) ?? STRANGER, percent: one.id === live ? 100 : 0 }));
}

function inspected(
  { id, status, createdAt, ...view }: DeploymentView,
  { version, percent }: { readonly version: string; readonly percent: number },
): InspectedRelease {
  const phase = phaseOf({ status });
  return {
    ref: id,
    version_id: version,
    state: STATES[phase],
    percent,
    started_at: createdAt,
    ...(phase === 'failed' || phase === 'waits_for_person' ? { detail: DETAILS[status] ?? status.toLowerCase() } : {}),
    ...(phase === 'gone' && view.canRollback ? { detail: 'kept by Railway for a roll-back' } : {}),
  };
}

const STATES: Readonly<Record<Phase, InspectedRelease['state']>> = {
  under_way: 'starting',
  waits_for_person: 'starting',
  unknown: 'starting',
  live: 'running',
  failed: 'failed',
  skipped: 'failed',
  gone: 'stopped',
};

const DETAILS: Readonly<Record<string, string>> = {
  FAILED: 'could not be built or did not become healthy',
  CRASHED: 'has crashed',
  NEEDS_APPROVAL: 'waits for somebody to approve it at Railway',
};
