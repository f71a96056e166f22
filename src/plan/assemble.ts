import type { Finding } from '../core/finding.ts';
import type { Change, Gate } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { planChanges } from './changes.ts';
import { driftWarnings } from './drift.ts';
import { finishPlan, type Outline, type Planned } from './finish.ts';
import { canaryGate, force, phaseGate } from './gates.ts';
import type { ReleaseTerms } from './lane.ts';
import { migrationWarnings } from './migration-warnings.ts';
import {
  type DatabaseWork,
  type MigrationSteps,
  migrationChanges,
  migrationSteps,
  schemaErrors,
} from './migrations.ts';
import type { Placement } from './placement.ts';
import { releaseSteps } from './release.ts';
import { commandErrors, movedWarnings, servingErrors } from './requirements.ts';
import { canaryErrors, type Rollout, rolloutOf, unsplitWarnings } from './rollout.ts';
import type { ObservedTarget } from './target.ts';

/** What every planner that places releases has decided for itself. */
export interface ReleaseDecision
  extends Pick<Outline, 'intent' | 'version' | 'fromEnvironment' | 'request' | 'restores' | 'unchanged'> {
  readonly targets: readonly ObservedTarget[];
  readonly placements: readonly Placement[];
  /** The configuration that will be in force. */
  readonly configuration: AppliedConfiguration;
  /** Differences beside those of what runs. */
  readonly changes?: readonly Change[] | undefined;
  /** Those that `force` passes. */
  readonly gates: readonly Gate[];
  readonly force?: boolean | undefined;
  readonly warnings: readonly Finding[];
  readonly errors: readonly Finding[];
}

interface ReleaseForm {
  readonly rollout: Rollout;
  readonly migrations: MigrationSteps;
  readonly commands: ReleaseTerms['commands'];
  readonly migrationChanges: readonly Change[];
}

/** Forward: the placements with the pending migrations around them, rolled out as asked or as the environment says. */
export function planForward(
  snapshot: Snapshot,
  decision: ReleaseDecision,
  { work, canaryPercent }: { readonly work: readonly DatabaseWork[]; readonly canaryPercent?: number | undefined },
): Planned {
  const { placements, targets } = decision;
  const live = targets.some((target) => target.live !== undefined);
  const rollout = rolloutOf(snapshot, placements, canaryPercent);
  // Old and new code run side by side until a held canary ends, so what comes after the deploy has to wait for that.
  const told = work.filter(({ strategy }) => rollout.mode !== 'hold' || strategy !== 'post_deploy');
  const due = told.filter(({ strategy }) => strategy !== 'manual');
  const form: ReleaseForm = {
    rollout,
    migrations: migrationSteps(due, { code: live }),
    commands: 'run',
    migrationChanges: migrationChanges(due),
  };
  const environment = snapshot.environment.name;
  return planRelease(
    snapshot,
    {
      ...decision,
      gates: [...decision.gates, ...phaseGate(due, { rollout, live })],
      warnings: [
        ...unsplitWarnings(snapshot, placements, canaryPercent),
        ...migrationWarnings(told, { environment, live }),
        ...decision.warnings,
      ],
      errors: [...decision.errors, ...canaryErrors(snapshot, placements, rollout), ...schemaErrors(work, environment)],
    },
    form,
  );
}

/** The plan of a decision, with the gates, warnings and errors that hold wherever releases are placed. */
export function planRelease(snapshot: Snapshot, decision: ReleaseDecision, form: ReleaseForm): Planned {
  const { placements, targets, configuration } = decision;
  const { rollout, migrations, commands } = form;
  const passed = force(decision.gates, decision.force);
  return finishPlan(snapshot, {
    ...decision,
    steps: releaseSteps(placements, { rollout, ...migrations, commands, keep: snapshot.config.keep }),
    changes: [
      ...planChanges(snapshot, placements, configuration),
      ...(decision.changes ?? []),
      ...form.migrationChanges,
    ],
    gates: [...canaryGate(snapshot), ...passed.gates],
    warnings: [
      ...driftWarnings(snapshot, targets),
      ...movedWarnings(placements),
      ...decision.warnings,
      ...passed.warnings,
    ],
    errors: [
      ...decision.errors,
      ...servingErrors(snapshot, placements),
      ...(commands === 'run' ? commandErrors(snapshot, placements) : []),
    ],
  });
}
