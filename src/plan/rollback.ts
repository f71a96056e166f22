import type { ServiceConfig } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import type { Json } from '../core/json.ts';
import type { Unchanged } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { ReleaseInputs, Version } from '../core/state.ts';
import { planRelease } from './assemble.ts';
import type { Planned } from './finish.ts';
import { changedNames, difference, differing } from './names.ts';
import { type Placement, placement } from './placement.ts';
import { schemaBack } from './schema-back.ts';
import { type SettingsBack, settingsBack } from './settings-back.ts';
import { can, idleRelease, isSettled, type ObservedTarget, observedOf, observeTargets, settled } from './target.ts';
import { missingVersion, notInVersion, partsWithoutService, versionLabel } from './version.ts';

export interface RollbackRequest {
  /** Also runs down files, newest first, once the older code is back. */
  readonly migrateDown?: boolean | undefined;
  readonly force?: boolean | undefined;
  /** What each service was given when the version ran here last, where that is known. */
  readonly given?: Readonly<Record<string, ReleaseInputs>> | undefined;
}

/** Brings an earlier version back, with the configuration and settings it ran with; at once, never by canary. */
export function planRollback(snapshot: Snapshot, request: RollbackRequest = {}): Planned {
  const { version, current } = snapshot;
  const { targets, errors } = observeTargets(snapshot);
  const past = current?.deployments.slice(0, -1).findLast(({ version_id }) => version_id === version?.id);
  const judged = version ? targets.map((target) => judge(snapshot, version, target, request.given)) : [];
  const placements = judged.flatMap((one) => one.place ?? []);
  const back = schemaBack(snapshot, past, request);
  const settings: SettingsBack =
    past && placements.length > 0 ? settingsBack(snapshot, past.configuration) : { changes: [] };
  return planRelease(
    snapshot,
    {
      intent: 'rollback',
      version,
      targets,
      placements,
      unchanged: judged.flatMap((one) => one.unchanged ?? []),
      configuration: past?.configuration ?? snapshot.configuration,
      ...settings,
      gates: back.gates,
      force: request.force,
      warnings: [
        ...(version ? partsWithoutService(version, targets) : []),
        ...(version && !past ? [configurationUnknown(version, snapshot)] : []),
        ...back.warnings,
        ...placements.flatMap(({ service }) => commandLeftOut(service)),
      ],
      errors: [...errors, ...back.errors, ...(version ? [] : [missingVersion(snapshot, 'roll back to')])],
    },
    { rollout: { mode: 'all' }, migrations: back.migrations, commands: 'left_out', migrationChanges: back.changes },
  );
}

interface Judged {
  readonly place?: Placement;
  readonly unchanged?: Unchanged;
}

function judge(snapshot: Snapshot, version: Version, target: ObservedTarget, given: RollbackRequest['given']): Judged {
  const { service, live, drift } = target;
  if (isSettled(target)) return { unchanged: settled(target) };
  const part = version.services[service.name];
  if (!part) return { unchanged: notInVersion(version, service.name) };
  const observed = observedOf(snapshot, service.name);
  const variables = difference(live?.inputs.variables ?? {}, observed.variables);
  const reasons = [
    live?.artifact.digest === part.artifact.digest ? undefined : `back to ${versionLabel(version)}`,
    live ? changedNames('variable', differing(variables)) : undefined,
    live && live.inputs.options !== observed.options ? 'options changed' : undefined,
    drift,
  ].filter((reason) => reason !== undefined);
  if (reasons.length === 0) {
    return { unchanged: { service: service.name, because: `already runs what ${versionLabel(version)} ran` } };
  }
  const back = wayBack(snapshot, version, target, given?.[service.name]);
  return {
    place: placement(target, {
      version: version.id,
      kept: back.kept,
      title: back.title,
      reasons: [...reasons, ...back.reasons],
      variables,
      names: Object.keys(observed.variables),
      optionsChanged: live !== undefined && live.inputs.options !== observed.options,
    }),
  };
}

/** By the release that was kept, when nothing it was given has changed since; else anew. */
function wayBack(
  snapshot: Snapshot,
  version: Version,
  { service, facts }: ObservedTarget,
  given: ReleaseInputs | undefined,
): { readonly kept?: Json; readonly title: string; readonly reasons: readonly string[] } {
  const title = `Deploy ${service.name} again`;
  if (!can(facts, 'rollback')) return { title, reasons: [] };
  const kept = idleRelease(snapshot, service.name, version.id);
  if (kept === undefined) return { title, reasons: ['no release of it was kept: it is made again from its artifact'] };
  const observed = observedOf(snapshot, service.name);
  const changed = given && differing(difference(given.variables, observed.variables)).length > 0;
  if (changed || (given && given.options !== observed.options))
    return { title, reasons: ['what it is given has changed since: it is made again from its artifact'] };
  return { kept, title: `Start the kept release of ${service.name} again`, reasons: ['it was kept'] };
}

/** A migration of older code knows nothing of what newer code did: run again, it would do nothing, or harm. */
function commandLeftOut({ name, release_command }: ServiceConfig): Finding[] {
  if (release_command === undefined) return [];
  return [
    {
      level: 'warning',
      code: 'MIGRATION_REFUSED',
      message: `The release command of ${name} does not run on a roll-back, and what it did since that version stays`,
      path: `services.${name}.release_command`,
    },
  ];
}

function configurationUnknown(version: Version, { environment }: Snapshot): Finding {
  return {
    level: 'warning',
    code: 'NOT_FOUND',
    message: `What ${versionLabel(version)} was configured with in ${environment.name} is not known any more; the present configuration stays`,
    fix: `Compare with: deployer env show --env ${environment.name}`,
  };
}
