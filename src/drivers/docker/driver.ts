import type { Driver, DriverContext, Placed, PlaceRequest, Provisioned, Target } from '../../core/driver.ts';
import type { Json } from '../../core/json.ts';
import { buildInputs } from '../image/build/inputs.ts';
import { buildTarget } from './build.ts';
import { examineTarget } from './examination.ts';
import { facts } from './facts.ts';
import { leftHosts, noteOf, openHosts, urlOf, within } from './host.ts';
import { lockPlaces } from './lock.ts';
import { routeName } from './names.ts';
import { preflight } from './preflight.ts';
import { ensureEntrance } from './proxy/entrance.ts';
import { destroyTarget, silentPlaces } from './release/destroy.ts';
import { inGroups } from './release/groups.ts';
import { inspectTarget } from './release/inspection.ts';
import { forgetJobs, runJob } from './release/job.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { restoreRelease } from './release/restoration.ts';
import { restRelease, retireRelease, sweepTarget } from './release/retirement.ts';
import { setTraffic } from './release/traffic.ts';

/** Runs services as containers of an engine, behind a proxy that each host has one of. */
export const driver: Driver = {
  facts,
  preflight,
  examine: examineTarget,
  provision,
  buildInputs,
  build: buildTarget,
  run: runJob,
  deploy,
  traffic: setTraffic,
  inspect: inspectTarget,
  rest: restRelease,
  restore: restoreRelease,
  retire: retireRelease,
  sweep: sweepTarget,
  logs: releaseLogs,
  locks: lockPlaces,
  silentPlaces,
  destroy: destroyTarget,
};

/** The outcome of its release command is on record by now. What stays of it goes with the next one. */
async function deploy(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const forgotten = forgetJobs(target, context).catch(() => undefined);
  try {
    return await placeRelease(target, request, context);
  } finally {
    await forgotten;
  }
}

async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const hosts = await openHosts(target, context);
  const made = new Set<Provisioned['outcome']>();
  await inGroups(hosts, context, async (host, scope) => {
    made.add(await ensureEntrance(within(host, scope), target, scope));
  });
  const left = leftHosts(
    target,
    hosts.map(({ name }) => name),
  );
  const url = urlOf(hosts[0]);
  return {
    resource: { hosts: [...hosts.map(noteOf), ...left] as unknown as Json, route: routeName(target) },
    outcome: made.has('created') ? 'created' : 'unchanged',
    ...(url ? { url } : {}),
  };
}
