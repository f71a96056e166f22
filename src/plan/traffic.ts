import { arrival, type Lane, type ReleaseTerms } from './lane.ts';
import { trafficStep, watchStep } from './operations.ts';
import { type Rollout, splits } from './rollout.ts';
import { joinAll, type Step, waitFor } from './step.ts';
import { switches } from './target.ts';

/** Gives the lanes their shifts, round by round, and answers them with the watches between the rounds. */
export function trafficSteps(lanes: readonly Lane[], terms: ReleaseTerms): Step[] {
  const byName = new Map(lanes.map((lane) => [lane.placement.service.name, lane]));
  const listed: Step[][] = [];
  let watch: Step | undefined;
  for (const [round, percent] of shares(terms.rollout).entries()) {
    const moved = movedIn(round, lanes);
    for (const lane of moved) lane.shifts.push(shift(lane, round, percent, terms));
    for (const lane of moved) {
      const others = predecessors(lane, byName).map((earlier) => earlier.shifts.at(-1));
      waitFor(lane.shifts.at(-1), [watch, ...others]);
    }
    const shifts = moved.map(arrival);
    watch = percent < 100 && terms.rollout.mode === 'steps' ? watching(moved, percent, terms.rollout) : undefined;
    joinAll(shifts, watch ? [watch] : []);
    listed.push(shifts, watch ? [watch] : []);
  }
  return listed.flat();
}

/** Lanes by the number of switches that their deploy has to wait for. */
export interface Waves {
  readonly all: readonly (readonly Lane[])[];
  of(lane: Lane): number;
}

/** Every deploy waits for those of its `after`; the first shifts of a wave wait for all deploys of that wave. */
export function placeBeforeSwitch(lanes: readonly Lane[], rollout: Rollout): Waves {
  const byName = new Map(lanes.map((lane) => [lane.placement.service.name, lane]));
  const waveOf = new Map<Lane, number>();
  const waves: Lane[][] = [];
  for (const lane of lanes) {
    let wave = 0;
    for (const earlier of predecessors(lane, byName)) {
      const late = rollout.mode === 'all' && lane.shifts.length === 0 && earlier.shifts.length > 0;
      waitFor(lane.deploy, [late ? arrival(earlier) : earlier.deploy]);
      wave = Math.max(wave, (waveOf.get(earlier) ?? 0) + (late ? 1 : 0));
    }
    waveOf.set(lane, wave);
    const members = waves[wave] ?? [];
    members.push(lane);
    waves[wave] = members;
  }
  for (const members of waves) {
    joinAll(
      members.map((lane) => lane.deploy),
      members.flatMap((lane) => lane.shifts[0] ?? []),
    );
  }
  return { all: waves, of: (lane) => waveOf.get(lane) ?? 0 };
}

function shares(rollout: Rollout): readonly number[] {
  if (rollout.mode === 'all') return [100];
  return rollout.mode === 'hold' ? [rollout.percent] : [...rollout.steps, 100];
}

/** A first release has nothing to share with: it gets everything in the first round, and takes part in no other. */
function movedIn(round: number, lanes: readonly Lane[]): Lane[] {
  return lanes.filter(({ placement }) => switches(placement.facts) && (round === 0 || splits(placement)));
}

function shift({ placement }: Lane, round: number, percent: number, { rollout, wayBack }: ReleaseTerms): Step {
  const share = splits(placement) ? percent : 100;
  return trafficStep(placement, { percent: share, because: reason(rollout, round, share), way: wayBack });
}

function reason(rollout: Rollout, round: number, share: number): string {
  if (rollout.mode === 'all') return 'everything is in place';
  if (round === 0 && share === 100) return 'nothing older to share with';
  if (rollout.mode === 'hold') return 'canary asked for';
  return round === 0 ? 'rollout by canary' : 'the canary stayed healthy';
}

function watching(moved: readonly Lane[], percent: number, rollout: Rollout & { readonly mode: 'steps' }): Step {
  const services = moved.filter((lane) => splits(lane.placement)).map((lane) => lane.placement.service.name);
  return watchStep(services, percent, rollout.watch);
}

/** The lanes of the services in its `after`, as far as they are part of the plan. */
export function predecessors({ placement }: Lane, byName: ReadonlyMap<string, Lane>): Lane[] {
  return placement.service.after.flatMap((name) => byName.get(name) ?? []);
}
