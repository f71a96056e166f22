import {
  buildStep,
  checkStep,
  configureStep,
  deployStep,
  jobStep,
  provisionStep,
  retireStep,
  type WayBack,
} from './operations.ts';
import type { Placement } from './placement.ts';
import type { Rollout } from './rollout.ts';
import { type Step, waitFor } from './step.ts';
import { can } from './target.ts';

export interface ReleaseTerms {
  readonly rollout: Rollout;
  readonly wayBack: WayBack;
  /** Migrations before and after the releases. */
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  /** Whether release commands run. */
  readonly commands: 'run' | 'left_out';
  /** How many old releases stay. */
  readonly keep: number;
}

/** The steps of one service, in the order in which they run. */
export interface Lane {
  readonly placement: Placement;
  readonly provision: Step | undefined;
  readonly configure: Step | undefined;
  readonly build: Step | undefined;
  /** The release command. */
  readonly job: Step | undefined;
  readonly deploy: Step;
  /** One per round of traffic; empty where placing and switching are one. */
  readonly shifts: Step[];
  readonly check: Step | undefined;
  readonly cleanup: Step | undefined;
}

export function laneOf(placement: Placement, { rollout, wayBack, commands, keep }: ReleaseTerms): Lane {
  const { service, live } = placement;
  const lane: Lane = {
    placement,
    provision: provisionStep(placement),
    configure: configureStep(placement),
    build: buildStep(placement),
    job: commands === 'run' ? jobStep(placement) : undefined,
    deploy: deployStep(placement, wayBack),
    shifts: [],
    check: checkStep(service),
    cleanup: live && rollout.mode !== 'hold' ? retireStep(placement, keep) : undefined,
  };
  wire(lane);
  return lane;
}

/** The step after which a service's users are where this plan puts them. */
export function arrival(lane: Lane): Step {
  return lane.shifts.at(-1) ?? lane.deploy;
}

function wire({ placement, provision, configure, build, job, deploy }: Lane): void {
  waitFor(configure, [provision]);
  // A platform that builds needs its project and its variables for that; our own builder needs neither.
  if (can(placement.facts, 'build')) waitFor(build, [provision, configure]);
  waitFor(job, [provision, configure, build]);
  waitFor(deploy, [provision, configure, build, job]);
}
