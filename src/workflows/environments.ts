import { findEnvironment } from '../config/environments.ts';
import type { EnvironmentConfig, Mode } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import { isName, NAME_RULE } from '../core/name.ts';
import type { Change } from '../core/plan.ts';
import { newestRevision } from '../core/revisions.ts';
import type { AppliedConfiguration, EnvironmentState, StateDocument } from '../core/state.ts';
import { diffConfigurations } from '../plan/changes.ts';
import { emptyEnvironment } from '../state/document.ts';
import type { Lock } from '../state/held-lock.ts';
import type { RunOptions } from './deploy.ts';
import { underLock } from './lock.ts';
import { findTarget } from './observe.ts';
import { recordAction } from './record.ts';
import { urlsOf } from './report-run.ts';
import type { Workspace } from './workspace.ts';

export interface EnvironmentSummary {
  readonly name: string;
  readonly mode: Mode;
  readonly template?: string;
  readonly protected: boolean;
  readonly version_id?: string;
  readonly version_name?: string;
  readonly deployed_at?: string;
  readonly url?: string;
  readonly expires_at?: string;
  readonly expired: boolean;
  readonly canary_percent?: number;
  readonly active_run?: string;
}

/** All environments: those in the config file first, in their order, then those made by `env create`. */
export async function listEnvironments(workspace: Workspace): Promise<readonly EnvironmentSummary[]> {
  const { document } = await workspace.state.read();
  return environmentNames(workspace, document).map((name) => summarize(workspace, document, name));
}

export function environmentNames(workspace: Workspace, document: StateDocument): string[] {
  return [...new Set([...Object.keys(workspace.config.environments), ...Object.keys(document.environments).sort()])];
}

export interface EnvironmentDetail extends EnvironmentSummary {
  readonly configuration: AppliedConfiguration;
  readonly services: Readonly<
    Record<
      string,
      {
        readonly driver: string;
        readonly version_id?: string;
        readonly artifact?: string;
        readonly url?: string;
        readonly placed_at?: string;
      }
    >
  >;
  readonly deployments: readonly {
    readonly version_id: string;
    readonly intent: string;
    readonly at: string;
    readonly run_id: string;
  }[];
  readonly revisions: number;
  readonly promote_from: readonly string[];
}

/** One environment, whole. Values of secrets are not in it, only their references. */
export async function showEnvironment(workspace: Workspace, name: string): Promise<EnvironmentDetail> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, { env: name });
  const state = document.environments[environment.name];
  return {
    ...summarize(workspace, document, environment.name),
    configuration: configurationOf(environment, state),
    services: Object.fromEntries(
      Object.values(environment.services).map(({ name: service, driver }) => {
        const release = state?.current[service];
        return [
          service,
          {
            driver,
            ...(release
              ? {
                  version_id: release.version_id,
                  artifact: release.artifact.digest,
                  placed_at: release.placed_at,
                  ...(release.url ? { url: release.url } : {}),
                }
              : {}),
          },
        ];
      }),
    ),
    deployments: (state?.deployments ?? []).map(({ version_id, intent, at, run_id }) => ({
      version_id,
      intent,
      at,
      run_id,
    })),
    revisions: newestRevision(state?.revisions ?? []),
    promote_from: environment.promote_from,
  };
}

export interface CreateRequest {
  readonly name: string;
  readonly from: string;
  readonly ttlMs?: number;
}

/** Makes an environment that follows another one's config, with variables of its own. Nothing is deployed yet. */
export async function createEnvironment(
  workspace: Workspace,
  request: CreateRequest,
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<EnvironmentSummary> {
  if (!isName(request.name))
    throw new DeployerError({
      code: 'USAGE',
      reason: `"${request.name}" is not a name for an environment`,
      fix: `Use ${NAME_RULE}`,
      stage: 'usage',
    });
  const template = findEnvironment(workspace.config, request.from);
  await underLock({ workspace, command: 'env create', ...options }, request.name, ({ lock }) =>
    addEnvironment(workspace, { ...request, template, lock }),
  );
  const { document } = await workspace.state.read();
  return summarize(workspace, document, request.name);
}

async function addEnvironment(
  workspace: Workspace,
  { name, template, ttlMs, lock }: CreateRequest & { template: EnvironmentConfig; lock: Lock },
): Promise<void> {
  const { document } = await workspace.state.read();
  if (document.environments[name] || workspace.config.environments[name]) throw taken(name);
  const now = workspace.runtime.clock.now();
  const ttl = ttlMs ?? template.ttl;
  const detail = { from: template.name, ...(ttl ? { ttl_ms: ttl } : {}) };
  // On record first, so that no kill leaves an environment that nobody made.
  await recordAction(workspace, { action: 'env create', environment: name, detail });
  const made = emptyEnvironment({
    name,
    mode: template.mode,
    created_at: new Date(now).toISOString(),
    template: template.name,
    ...(ttl ? { expires_at: new Date(now + ttl).toISOString() } : {}),
  });
  await workspace.state.update(name, () => made, { lock });
}

export interface EnvironmentDiff {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly Change[];
}

/** What differs between two environments: versions, variables, secret references, flags. */
export async function diffEnvironments(workspace: Workspace, from: string, to: string): Promise<EnvironmentDiff> {
  const { document } = await workspace.state.read();
  const [a, b] = [from, to].map((name) => {
    const environment = findTarget(workspace, document, { env: name });
    const state = document.environments[environment.name];
    return { name: environment.name, configuration: configurationOf(environment, state), state };
  });
  if (!a || !b) throw new Error('two environments are compared');
  return {
    from: a.name,
    to: b.name,
    changes: [...releaseChanges(a.state, b.state), ...diffConfigurations(a.configuration, b.configuration)],
  };
}

function releaseChanges(from: EnvironmentState | undefined, to: EnvironmentState | undefined): Change[] {
  const names = [...new Set([...Object.keys(from?.current ?? {}), ...Object.keys(to?.current ?? {})])].sort();
  return names.flatMap((name): Change[] => {
    const [before, after] = [from?.current[name]?.artifact.digest, to?.current[name]?.artifact.digest];
    if (before === after) return [];
    return [
      {
        kind: 'service',
        name,
        change: before ? (after ? 'update' : 'remove') : 'add',
        ...(before ? { from: before } : {}),
        ...(after ? { to: after } : {}),
      },
    ];
  });
}

function summarize(workspace: Workspace, document: StateDocument, name: string): EnvironmentSummary {
  const state = document.environments[name];
  const { mode, protected: isProtected } = settingOf(workspace, document, name);
  const last = state?.deployments.at(-1);
  const { url } = urlsOf(state);
  return {
    name,
    mode,
    ...(state?.template ? { template: state.template } : {}),
    protected: isProtected,
    ...(last ? { version_id: last.version_id, deployed_at: last.at } : {}),
    ...(last?.version_name ? { version_name: last.version_name } : {}),
    ...(url ? { url } : {}),
    ...(state?.expires_at ? { expires_at: state.expires_at } : {}),
    expired: isExpired(state, workspace.runtime.clock.now()),
    ...(state?.canary ? { canary_percent: state.canary.percent } : {}),
    ...(state?.active_run ? { active_run: state.active_run } : {}),
  };
}

/** What the config says; of an environment that has gone from it, what the state knows. */
function settingOf(
  workspace: Workspace,
  document: StateDocument,
  name: string,
): Pick<EnvironmentConfig, 'mode' | 'protected'> {
  const state = document.environments[name];
  if (isConfigured(workspace, document, name) || !state) return findTarget(workspace, document, { env: name });
  return { mode: state.mode, protected: state.mode === 'production' };
}

/** Whether the config still has the environment, or the one it was made from. */
export function isConfigured({ config }: Workspace, document: StateDocument, name: string): boolean {
  return Object.hasOwn(config.environments, document.environments[name]?.template ?? name);
}

export function isExpired(state: EnvironmentState | undefined, now: number): boolean {
  return state?.expires_at !== undefined && Date.parse(state.expires_at) <= now;
}

function taken(name: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `There is an environment ${name} already`,
    fix: `Choose another name, or remove it: deployer env destroy --env ${name}`,
    stage: 'state',
  });
}
