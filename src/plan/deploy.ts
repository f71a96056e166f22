import type { Finding } from '../core/finding.ts';
import { nearest } from '../core/name.ts';
import type { Unchanged } from '../core/plan.ts';
import type { ObservedService, Snapshot } from '../core/snapshot.ts';
import { list } from '../core/text.ts';
import { planForward } from './assemble.ts';
import type { Planned } from './finish.ts';
import { directDeployGate } from './gates.ts';
import { pendingWork } from './migrations.ts';
import { changedNames, difference, differing } from './names.ts';
import { buildCause, movedDriver, type Placement, placement } from './placement.ts';
import { isSettled, type ObservedTarget, observedOf, observeTargets } from './target.ts';

export interface DeployRequest {
  /** Only these; all when left out. */
  readonly services?: readonly string[] | undefined;
  /** 1–99: the new version stays at this share until it is promoted or aborted. */
  readonly canaryPercent?: number | undefined;
  readonly force?: boolean | undefined;
}

/** Brings an environment to what the working tree and the config say. */
export function planDeploy(snapshot: Snapshot, request: DeployRequest = {}): Planned {
  const { targets, errors } = observeTargets(snapshot);
  const asked = request.services && new Set(request.services);
  const judged = targets.map((target) => judge(snapshot, target, asked));
  return planForward(
    snapshot,
    {
      intent: 'deploy',
      request: {
        ...(request.services ? { services: request.services } : {}),
        ...(request.canaryPercent === undefined ? {} : { canary_percent: request.canaryPercent }),
        ...(request.force ? { force: true } : {}),
      },
      targets,
      placements: judged.flatMap((one) => one.place ?? []),
      unchanged: judged.flatMap((one) => one.unchanged ?? []),
      configuration: snapshot.configuration,
      gates: directDeployGate(snapshot),
      force: request.force,
      warnings: leftOut(judged),
      errors: [...errors, ...requestErrors(snapshot, request)],
    },
    { work: pendingWork(snapshot), canaryPercent: request.canaryPercent },
  );
}

interface Judged {
  readonly place?: Placement;
  readonly unchanged?: Unchanged;
  /** Has changes, but was not asked for. */
  readonly leftOut?: string;
}

function judge(snapshot: Snapshot, target: ObservedTarget, asked: ReadonlySet<string> | undefined): Judged {
  const { service, live } = target;
  const observed = observedOf(snapshot, service.name);
  const sources = live ? sourceReasons(target, observed) : ['first deploy'];
  const reasons = live ? [...sources, ...otherReasons(target, observed)] : sources;
  if (live && reasons.length === 0) {
    const because = `same files, variables and options as ${live.version_id}`;
    return { unchanged: { service: service.name, because } };
  }
  if (isSettled(target) && !asked?.has(service.name)) {
    const because = `long-lived, although: ${reasons.join('; ')}; --service ${service.name} deploys it`;
    return { unchanged: { service: service.name, because, left_out: true } };
  }
  if (asked && !asked.has(service.name)) {
    const because = `not asked for, although: ${reasons.join('; ')}`;
    return { unchanged: { service: service.name, because, left_out: true }, leftOut: service.name };
  }
  return {
    place: placement(target, {
      version: 'new',
      reasons,
      build: sources.length > 0 ? buildCause(sources, observed) : undefined,
      variables: difference(live?.inputs.variables ?? {}, observed.variables),
      names: Object.keys(observed.variables),
      optionsChanged: live !== undefined && live.inputs.options !== observed.options,
    }),
  };
}

/** Why the artifact of the live release will not do. */
function sourceReasons({ live, facts }: ObservedTarget, observed: ObservedService): string[] {
  if (!live) return [];
  const names = buildNames(live.inputs.build_variables, observed);
  const reasons: string[] = [];
  if (live.inputs.source !== observed.source) {
    const { files_changed: files } = observed;
    if (typeof files === 'number' && files > 0) reasons.push(`files changed: ${files}`);
    else if (names.length === 0) reasons.push(files === 0 ? settingsReason(observed) : 'sources changed');
  }
  const variables = changedNames('build-time variable', names);
  if (variables) reasons.push(variables);
  if (live.artifact.kind !== facts.artifact) reasons.push(`${facts.name} needs another form of artifact`);
  return reasons;
}

/** What is generated follows from the settings, and from the version of the tool. */
function settingsReason({ build_inputs }: ObservedService): string {
  const names = build_inputs?.generated.map(({ path }) => path) ?? [];
  return names.length === 0 ? 'build settings changed' : `build settings changed, or the generated ${list(names)}`;
}

/** Why it needs a new release although the artifact will do. */
function otherReasons(target: ObservedTarget, observed: ObservedService): string[] {
  const { live, drift } = target;
  if (!live) return [];
  const built = new Set(buildNames(live.inputs.build_variables, observed));
  const names = differing(difference(live.inputs.variables, observed.variables)).filter((name) => !built.has(name));
  const options = live.inputs.options === observed.options ? undefined : 'options changed';
  return [changedNames('variable', names), movedDriver(target) ?? options, drift].filter(
    (reason) => reason !== undefined,
  );
}

function buildNames(before: ObservedService['build_variables'], { build_variables }: ObservedService): string[] {
  return differing(difference(before, build_variables));
}

/** A service asked for may rely on one that changed too but was not. */
function leftOut(judged: readonly Judged[]): Finding[] {
  const changed = new Set(judged.flatMap((one) => one.leftOut ?? []));
  return judged.flatMap(({ place }) => {
    const missing = place?.service.after.filter((name) => changed.has(name)).sort() ?? [];
    if (!place || missing.length === 0) return [];
    return [
      {
        level: 'warning' as const,
        code: 'USAGE' as const,
        message: `${place.service.name} comes after ${list(missing)}, which changed too but is not part of this deploy`,
        fix: `Add ${missing.map((name) => `--service ${name}`).join(' ')}`,
      },
    ];
  });
}

function requestErrors(snapshot: Snapshot, { services = [], canaryPercent }: DeployRequest): Finding[] {
  const known = Object.keys(snapshot.environment.services).sort();
  const unknown = services.filter((name) => !Object.hasOwn(snapshot.environment.services, name));
  const share = canaryPercent === undefined || (canaryPercent >= 1 && canaryPercent <= 99);
  return [
    ...unknown.map((name): Finding => {
      const near = nearest(name, known);
      const fix = near ? `Did you mean ${near}?` : `There are: ${list(known)}`;
      return { level: 'error', code: 'NOT_FOUND', message: `There is no service ${name}`, fix };
    }),
    ...(share ? [] : [wrongShare(canaryPercent)]),
  ];
}

function wrongShare(percent: number): Finding {
  return {
    level: 'error',
    code: 'USAGE',
    message: `A canary cannot have ${percent} % of the requests`,
    expected: 'a share from 1 to 99',
    fix: 'Leave --canary out to give the new version all of them',
  };
}
