import type { Artifact } from '../core/artifact.ts';
import type { StampedEvent } from '../core/event.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import type { Action, Operation, Plan } from '../core/plan.ts';
import { restoredRevisions } from '../core/revisions.ts';
import { type RunContext, versionOf } from '../core/run.ts';
import type { CanaryState, Deployment, EnvironmentState, MigrationRecord, Release } from '../core/state.ts';
import { unreachable } from '../core/unreachable.ts';

const DEPLOYMENTS_KEPT = 20;

/** What handlers answer, by kind of action; the journal carries it to the state. */
export interface Outputs {
  readonly provision: { readonly resource: Json; readonly outcome: 'created' | 'adopted' | 'unchanged' };
  readonly build: { readonly artifact: Artifact };
  readonly place: { readonly release: Release };
  readonly restore: { readonly release: Release };
  readonly shift: { readonly percent: number };
  readonly retire: { readonly retired: number; readonly resource?: Json };
  readonly destroy: { readonly left?: readonly string[] };
  readonly migrate: { readonly applied: readonly MigrationRecord[] };
}

/** What a journal says was done, laid over what was there before. */
interface Picture {
  resources: Record<string, Json>;
  current: Record<string, Release>;
  /** Placed by this run, or candidates of a canary it continues. */
  placed: Record<string, Release>;
  percent: Record<string, number>;
  durations: Record<string, number>;
  migrations: Record<string, readonly MigrationRecord[]>;
}

export interface FoldRequest {
  readonly before: EnvironmentState | undefined;
  readonly plan: Plan;
  readonly context: RunContext;
  readonly events: readonly StampedEvent[];
  /** `flagged`: the new version is live, but a step that undoes nothing (a post-deploy migration) failed. */
  readonly closing: 'succeeded' | 'flagged' | 'undone' | 'failed';
  readonly at: string;
}

/**
 * The state after a run, from the state before it and the run's journal. Pure, and the only place where outcomes become
 * state: an undisturbed run, a resumed one and one that was undone all end here.
 * Answers `undefined` when nothing of the environment is left.
 */
export function foldRun(request: FoldRequest): EnvironmentState | undefined {
  const { before, plan, closing } = request;
  if (plan.intent === 'destroy' && closing === 'succeeded') return undefined;
  const picture = pictureOf(request);
  const nothingLeft = Object.keys(picture.current).length + Object.keys(picture.resources).length === 0;
  if (closing !== 'succeeded' && nothingLeft && !before?.template && !before?.revisions.length) return undefined;
  return stateOf(request, picture);
}

function pictureOf({ before, plan, events }: FoldRequest): Picture {
  const picture: Picture = {
    resources: { ...before?.resources },
    current: { ...before?.current },
    placed: { ...before?.canary?.releases },
    percent: {},
    durations: { ...before?.durations },
    migrations: {},
  };
  const operations = new Map(plan.operations.map((operation) => [operation.id, operation]));
  const switched = switchedServices(plan);
  for (const event of events) {
    if (event.type === 'operation.succeeded') {
      const operation = operations.get(event.operation);
      if (!operation) continue;
      if (!event.adopted) picture.durations[operation.id] = event.duration_ms;
      applyAction(picture, operation.action, { outputs: event.outputs, switched, before });
    }
    if (event.type === 'compensation.succeeded') {
      const undone = operations.get(event.operation)?.compensation;
      if (undone) applyAction(picture, undone.action, { outputs: event.outputs, switched, before, undoing: true });
    }
  }
  return picture;
}

/** Services whose users move by an operation of their own; for the others placing is switching. */
function switchedServices(plan: Plan): ReadonlySet<string> {
  return new Set(plan.operations.flatMap(({ action }) => (action.do === 'shift' ? [action.service] : [])));
}

interface Applied {
  readonly outputs: Json;
  readonly switched: ReadonlySet<string>;
  readonly before: EnvironmentState | undefined;
  readonly undoing?: true;
}

function applyAction(picture: Picture, action: Action, { outputs, switched, before, undoing }: Applied): void {
  switch (action.do) {
    case 'provision':
      picture.resources[action.service] = (outputs as unknown as Outputs['provision']).resource;
      return;
    case 'place': {
      const { release } = outputs as unknown as Outputs['place'];
      picture.placed[action.service] = release;
      if (!switched.has(action.service)) picture.current[action.service] = release;
      return;
    }
    case 'restore':
      delete picture.placed[action.service];
      picture.current[action.service] = (outputs as unknown as Outputs['restore']).release;
      return;
    case 'shift':
      shift(picture, action.service, { percent: action.percent, before });
      return;
    case 'withdraw':
      withdraw(picture, action.service, before);
      return;
    case 'destroy':
      // What a driver keeps for the next try is found by its resource.
      if (!undoing || !(outputs as unknown as Outputs['destroy']).left) delete picture.resources[action.service];
      delete picture.current[action.service];
      delete picture.placed[action.service];
      return;
    case 'migrate':
      picture.migrations[action.database] = (outputs as unknown as Outputs['migrate']).applied;
      return;
    case 'retire': {
      const { resource } = outputs as unknown as Outputs['retire'];
      if (resource !== undefined) picture.resources[action.service] = resource;
      return;
    }
    case 'configure':
    case 'build':
    case 'run':
    case 'check':
    case 'watch':
      return;
    default:
      unreachable(action);
  }
}

function shift(picture: Picture, service: string, to: { percent: number; before: EnvironmentState | undefined }): void {
  picture.percent[service] = to.percent;
  const placed = picture.placed[service];
  if (to.percent === 100 && placed) picture.current[service] = placed;
  if (to.percent < 100) restore(picture, service, to.before);
}

function withdraw(picture: Picture, service: string, before: EnvironmentState | undefined): void {
  delete picture.placed[service];
  delete picture.percent[service];
  restore(picture, service, before);
}

/** The release that was live before the run is live again. */
function restore(picture: Picture, service: string, before: EnvironmentState | undefined): void {
  const earlier = before?.current[service];
  if (earlier) picture.current[service] = earlier;
  else delete picture.current[service];
}

function stateOf(request: FoldRequest, picture: Picture): EnvironmentState {
  const { before, context } = request;
  const canary = canaryOf(request, picture);
  const deployed = isDeployed(request, picture) && !canary;
  return {
    name: context.env,
    mode: before?.mode ?? context.mode,
    created_at: before?.created_at ?? context.started_at,
    ...(before?.template ? { template: before.template } : {}),
    ...(before?.expires_at ? { expires_at: before.expires_at } : {}),
    revisions: deployed ? revisionsAfter(request) : (before?.revisions ?? []),
    resources: picture.resources,
    current: picture.current,
    ...(canary ? { canary } : {}),
    deployments: deployed ? withDeployment(request, picture) : (before?.deployments ?? []),
    durations: picture.durations,
  };
}

/** In the same write as the deployment they belong to, so that no kill comes between the two. */
function revisionsAfter({ before, plan, context, at }: FoldRequest): EnvironmentState['revisions'] {
  const { revisions = [] } = before ?? {};
  if (!plan.restores) return revisions;
  return restoredRevisions(revisions, {
    configuration: context.configuration,
    planned: plan.restores,
    at,
    by: context.who,
  });
}

/** Also when the run failed, with its version built and users on a release of it that nothing takes back. */
function isDeployed({ before, plan, context, events, closing }: FoldRequest, { current }: Picture): boolean {
  if (closing !== 'failed') return closing !== 'undone';
  const done = new Set(events.flatMap((event) => (event.type === 'operation.succeeded' ? [event.operation] : [])));
  const built = plan.operations.every(({ id, action }) => action.do !== 'build' || done.has(id));
  const moved = Object.values(current).some(
    ({ service, ref, version_id }) =>
      version_id === context.version_id && canonicalJson(ref) !== canonicalJson(before?.current[service]?.ref ?? null),
  );
  return built && moved;
}

/** A canary is under way when candidates have a share that is neither nothing nor all. */
function canaryOf({ before, context, plan, closing }: FoldRequest, picture: Picture): CanaryState | undefined {
  if (plan.intent === 'canary_promote' || plan.intent === 'canary_abort') {
    return closing === 'succeeded' ? undefined : before?.canary;
  }
  const sharing = Object.entries(picture.percent).filter(([name, percent]) => percent < 100 && picture.placed[name]);
  const [first] = sharing;
  if (closing !== 'succeeded' || !first || first[1] === 0) return before?.canary;
  return {
    version_id: versionOf(context),
    ...(context.version_name ? { version_name: context.version_name } : {}),
    run_id: context.run_id,
    percent: first[1],
    started_at: context.started_at,
    releases: picture.placed,
    configuration: context.configuration,
  };
}

function withDeployment({ before, context, plan, at, closing }: FoldRequest, picture: Picture): readonly Deployment[] {
  const intent = deploymentIntent(plan);
  if (!intent) return withMigrations({ before, plan }, picture);
  // A flagged run that was resumed replaces its own entry.
  const earlier = (before?.deployments ?? []).filter(({ run_id }) => run_id !== context.run_id);
  const last = earlier.at(-1);
  const deployment: Deployment = {
    version_id: versionOf(context),
    ...(context.version_name ? { version_name: context.version_name } : {}),
    run_id: context.run_id,
    intent,
    at,
    healthy: closing === 'succeeded',
    configuration: context.configuration,
    migrations: { ...last?.migrations, ...picture.migrations },
  };
  return [...earlier, deployment].slice(-DEPLOYMENTS_KEPT);
}

/** The version that runs lives with what was migrated under it; a deploy that had only that left to do makes it whole. */
function withMigrations(
  { before, plan }: Pick<FoldRequest, 'before' | 'plan'>,
  { migrations }: Picture,
): readonly Deployment[] {
  const { deployments = [] } = before ?? {};
  const last = deployments.at(-1);
  if (!last || Object.keys(migrations).length === 0) return deployments;
  const healthy = last.healthy || plan.intent === 'deploy';
  return [...deployments.slice(0, -1), { ...last, healthy, migrations: { ...last.migrations, ...migrations } }];
}

/** A run that neither places nor moves anything (only migrations were pending) deploys nothing. */
function deploymentIntent({ intent, operations }: Plan): Deployment['intent'] | undefined {
  if (!operations.some(({ action }) => action.do === 'place' || action.do === 'shift')) return undefined;
  switch (intent) {
    case 'deploy':
    case 'redeploy':
    case 'promote':
    case 'rollback':
      return intent;
    case 'canary_promote':
      return 'canary';
    case 'canary_abort':
    case 'destroy':
    case 'migrate':
      return undefined;
    default:
      return unreachable(intent);
  }
}

/** The last outputs an operation of this plan recorded. */
export function outputsOf<K extends keyof Outputs>(value: Json | undefined): Outputs[K] | undefined {
  return value as unknown as Outputs[K] | undefined;
}

export type { Operation };
