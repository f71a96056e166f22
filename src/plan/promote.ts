import type { Gate, Unchanged } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Version } from '../core/state.ts';
import { planForward } from './assemble.ts';
import type { Planned } from './finish.ts';
import { promotionGates } from './gates.ts';
import { pendingWork } from './migrations.ts';
import { changedNames, difference, differing } from './names.ts';
import { buildCause, movedDriver, type Placement, placement } from './placement.ts';
import { isSettled, type ObservedTarget, observedOf, observeTargets, settled } from './target.ts';
import { missingVersion, notInVersion, partsWithoutService, versionLabel } from './version.ts';
import { filesOfVersion } from './version-files.ts';

/** Brings the version that runs in another environment, the same artifacts, to this one. */
export function planPromote(snapshot: Snapshot, request: { readonly force?: boolean | undefined } = {}): Planned {
  const { version } = snapshot;
  const { targets, errors } = observeTargets(snapshot);
  const judged = version ? targets.map((target) => judge(snapshot, version, target)) : [];
  const placements = judged.flatMap((one) => one.place ?? []);
  const { work, warnings, errors: fileErrors } = filesOfVersion(pendingWork(snapshot), version);
  return planForward(
    snapshot,
    {
      intent: 'promote',
      version,
      fromEnvironment: snapshot.from?.name,
      targets,
      placements,
      unchanged: judged.flatMap((one) => one.unchanged ?? []),
      configuration: snapshot.configuration,
      gates: [...promotionGates(snapshot), ...sourceGate(snapshot, placements)],
      force: request.force,
      warnings: [...(version ? partsWithoutService(version, targets) : []), ...warnings],
      errors: [...errors, ...fileErrors, ...(version ? [] : [missingVersion(snapshot, 'promote')])],
    },
    { work },
  );
}

interface Judged {
  readonly place?: Placement;
  readonly unchanged?: Unchanged;
}

function judge(snapshot: Snapshot, version: Version, target: ObservedTarget): Judged {
  const { service, live } = target;
  if (isSettled(target)) return { unchanged: settled(target) };
  if (!version.services[service.name]) return { unchanged: notInVersion(version, service.name) };
  const observed = observedOf(snapshot, service.name);
  const supply = supplyOf(snapshot, version, target);
  const variables = difference(live?.inputs.variables ?? {}, observed.variables);
  const optionsChanged = live !== undefined && live.inputs.options !== observed.options;
  const reasons = [
    live ? undefined : 'first deploy',
    ...supply.reasons,
    live ? changedNames('variable', differing(variables)) : undefined,
    movedDriver(target) ?? (optionsChanged ? 'options changed' : undefined),
    target.drift,
  ].filter((reason) => reason !== undefined);
  if (reasons.length === 0) {
    const because = `already runs ${versionLabel(version)} with the same variables and options`;
    return { unchanged: { service: service.name, because } };
  }
  return {
    place: placement(target, {
      version: supply.from === 'version' ? version.id : 'new',
      reasons,
      build: supply.from === 'build' ? buildCause(supply.reasons, observed) : undefined,
      variables,
      names: Object.keys(observed.variables),
      optionsChanged,
    }),
  };
}

/** Where the artifact comes from. `live`: an earlier promotion built it for this environment already. */
interface Supply {
  readonly from: 'version' | 'build' | 'live';
  readonly reasons: readonly string[];
}

function supplyOf(snapshot: Snapshot, version: Version, target: ObservedTarget): Supply {
  const { service, live, facts } = target;
  const rebuild = rebuildReasons(snapshot, version, target);
  if (rebuild.length > 0) {
    const built =
      live?.artifact.kind === facts.artifact && live.inputs.source === observedOf(snapshot, service.name).source;
    return built && sameCommit(snapshot) ? { from: 'live', reasons: [] } : { from: 'build', reasons: rebuild };
  }
  const moved = live?.artifact.digest !== version.services[service.name]?.artifact.digest;
  const promoted = `promoted from ${snapshot.from?.name ?? 'another environment'}`;
  return { from: 'version', reasons: moved ? [promoted, ...(facts.rebuilds ? [facts.rebuilds] : [])] : [] };
}

/** Why the artifact that was built for the source environment will not do in this one. */
function rebuildReasons(snapshot: Snapshot, version: Version, { service, facts }: ObservedTarget): string[] {
  const part = version.services[service.name];
  if (!part) return [];
  const names = differing(difference(part.inputs.build_variables, observedOf(snapshot, service.name).build_variables));
  const source = snapshot.from?.name ?? 'the other environment';
  return [
    ...(names.length > 0 ? [`${buildVariables(names)} between ${source} and ${snapshot.environment.name}`] : []),
    ...(part.artifact.kind === facts.artifact ? [] : [`${facts.name} needs another form of artifact`]),
  ];
}

function buildVariables(names: readonly string[]): string {
  return names.length === 1
    ? `build-time variable ${names[0]} differs`
    : `build-time variables ${names.join(', ')} differ`;
}

/** A rebuild takes the working tree, which has to be at the commit of the version. */
function sourceGate(snapshot: Snapshot, placements: readonly Placement[]): Gate[] {
  const { version } = snapshot;
  const rebuilt = placements.filter((one) => one.build).map((one) => one.service.name);
  if (rebuilt.length === 0 || !version) return [];
  const met = sameCommit(snapshot);
  const of = `${rebuilt.join(', ')} ${rebuilt.length === 1 ? 'is' : 'are'} rebuilt`;
  return [
    {
      name: 'same_source',
      met,
      message: met ? `${of} from the same commit` : `${of}, but the working tree is not at the commit of the version`,
      ...(met ? {} : { fix: `git checkout ${version.source?.commit ?? '<the commit of the version>'}` }),
    },
  ];
}

function sameCommit({ version, source }: Snapshot): boolean {
  return version?.source?.commit === source?.commit;
}
