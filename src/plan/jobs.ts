import type { Lane } from './lane.ts';
import { joinAll, type Step, waitFor } from './step.ts';
import { predecessors, type Waves } from './traffic.ts';

/**
 * Release commands come before anything is placed, so that one that fails has changed nothing for users. The exception:
 * where placing is switching (a database beside the services), a service named in `after` is placed before the command
 * that may need it. Such a release, and what it waits for itself, waits for no command but its own.
 *
 * A command belongs to the latest wave of the releases it waits for; the releases of earlier waves do not wait for it,
 * since it comes after their users were moved. `earlier` are builds and migrations, which all commands wait for.
 */
export function commandsBeforePlacing(
  lanes: readonly Lane[],
  waves: Waves,
  earlier: readonly (readonly Step[])[],
): void {
  const byName = new Map(lanes.map((lane) => [lane.placement.service.name, lane]));
  const early = new Set<Lane>();
  const jobs: { readonly step: Step; readonly wave: number }[] = [];
  // From the end: whether something that comes after a lane needs it early is known when the lane's turn comes.
  for (const lane of lanes.toReversed()) {
    const before = predecessors(lane, byName);
    const needed = lane.job ? before.filter(({ shifts }) => shifts.length === 0) : [];
    waitFor(
      lane.job,
      needed.map(({ deploy }) => deploy),
    );
    for (const one of early.has(lane) ? before : needed) early.add(one);
    if (lane.job) jobs.unshift({ step: lane.job, wave: Math.max(0, ...needed.map((one) => waves.of(one))) });
  }
  for (const [wave, members] of waves.all.entries()) {
    const own = jobs.filter((job) => job.wave === wave).map(({ step }) => step);
    for (const steps of earlier) joinAll(steps, own);
    joinAll(
      jobs.filter((job) => job.wave <= wave).map(({ step }) => step),
      members.filter((lane) => !early.has(lane)).map((lane) => lane.deploy),
    );
  }
}
