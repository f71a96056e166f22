import { commandsBeforePlacing } from './jobs.ts';
import { arrival, type Lane, laneOf, type ReleaseTerms } from './lane.ts';
import type { Placement } from './placement.ts';
import { joinAll, type Step, waitFor } from './step.ts';
import { placeBeforeSwitch, trafficSteps } from './traffic.ts';

/**
 * All steps that bring placements to users, wired, in listed order.
 *
 * Everything is placed before anything is switched: a release that cannot start is found while no user has seen any
 * part of the new version. So a service waits for the releases of the services in its `after` to be placed, and the
 * switches then follow each other in the order of `after`. Where a driver cannot place without switching, its service
 * comes a wave later than the switching services it is `after`: it waits until their users have been moved. Release
 * commands run before anything is placed.
 */
export function releaseSteps(placements: readonly Placement[], terms: ReleaseTerms): Step[] {
  const lanes = placements.map((placement) => laneOf(placement, terms));
  const builds = lanes.flatMap((lane) => lane.build ?? []);
  const jobs = lanes.flatMap((lane) => lane.job ?? []);
  const deploys = lanes.map((lane) => lane.deploy);
  const traffic = trafficSteps(lanes, terms);
  commandsBeforePlacing(lanes, placeBeforeSwitch(lanes, terms.rollout), [builds, terms.before]);
  joinAll(terms.before, deploys);
  // A database is not touched for code that cannot be built: migrations are not taken back.
  joinAll(builds, terms.before);
  finish(lanes, terms);
  return [
    ...lanes.flatMap((lane) => lane.provision ?? []),
    ...lanes.flatMap((lane) => lane.configure ?? []),
    ...terms.before,
    ...builds,
    ...jobs,
    ...deploys,
    ...traffic,
    ...terms.after,
    ...lanes.flatMap((lane) => lane.check ?? []),
    ...lanes.flatMap((lane) => lane.cleanup ?? []),
  ];
}

/** Migrations after the releases, then checks, then cleaning up once every check is through. */
function finish(lanes: readonly Lane[], { after }: ReleaseTerms): void {
  const checks = lanes.flatMap((lane) => lane.check ?? []);
  const cleanups = lanes.flatMap((lane) => lane.cleanup ?? []);
  joinAll(lanes.map(arrival), after);
  for (const lane of lanes) waitFor(lane.check, [arrival(lane)]);
  joinAll(after, checks);
  joinAll([...after, ...lanes.map((lane) => lane.check ?? arrival(lane))], cleanups);
}
