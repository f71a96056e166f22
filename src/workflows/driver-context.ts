import { join } from 'node:path';
import type { Config, EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { Driver, DriverContext, DriverFacts, Target } from '../core/driver.ts';
import { DeployerError } from '../core/errors.ts';
import type { Channel } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { Secret } from '../core/secret.ts';
import { optionSecrets } from './option-secrets.ts';
import type { Workspace } from './workspace.ts';

export interface CallScope {
  readonly signal: AbortSignal;
  /** Time left, ms. */
  readonly timeout: number;
  /** Idempotency key of the operation. */
  readonly key: string;
  readonly detailed?: true;
  readonly log?: (line: string, channel?: Channel) => void;
}

/** Everything one call to a driver may use. */
export async function driverContext(
  workspace: Workspace,
  { facts }: Driver,
  service: ServiceConfig,
  scope: CallScope,
): Promise<DriverContext> {
  const { runtime } = workspace;
  return {
    clock: runtime.clock,
    entropy: runtime.entropy,
    http: runtime.http,
    sockets: runtime.sockets,
    peers: runtime.peers,
    names: runtime.names,
    processes: runtime.processes,
    artifacts: workspace.artifacts,
    probe: runtime.probe,
    root: workspace.config.root,
    folder: join(workspace.folder, facts.name),
    credentials: { ...credentialsOf(workspace, facts), ...(await optionSecrets(workspace, facts, service)) },
    settings: settingsOf(workspace, facts),
    detect: detectIn(workspace.config),
    signal: scope.signal,
    timeout: scope.timeout,
    idempotencyKey: scope.key,
    ...(scope.detailed ? { detailed: true } : {}),
    log: scope.log ?? (() => {}),
  };
}

/** Looks at folders of the project as `init` does. */
export function detectIn({ root }: Config): DriverContext['detect'] {
  return async (path) => (await import('../project/detect-stack.ts')).detectStack(root, path);
}

export function targetOf(
  config: Config,
  environment: Pick<EnvironmentConfig, 'name' | 'mode'>,
  service: ServiceConfig,
  resource: Json,
): Target {
  return { project: config.project, environment: environment.name, mode: environment.mode, service, resource };
}

/** The driver of a service; the config was checked, so a missing one is a gap in the installation. */
export async function requireDriver(
  workspace: Workspace,
  { driver: name, options }: Pick<ServiceConfig, 'driver' | 'options'>,
): Promise<Driver> {
  const driver = await workspace.runtime.drivers.load(name, options);
  if (driver) return driver;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    reason: `There is no driver "${name}" in this version of deployer`,
    fix: `Drivers there are: ${workspace.runtime.drivers.names.join(', ')}`,
  });
}

function credentialsOf(workspace: Workspace, facts: DriverFacts): Record<string, Secret> {
  const found = facts.credentials.flatMap(({ variable }) => {
    const value = workspace.runtime.environment[variable];
    return value === undefined ? [] : [[variable, new Secret(value)] as const];
  });
  workspace.runtime.redactor.add(...found.map(([, secret]) => secret));
  return Object.fromEntries(found);
}

function settingsOf({ runtime }: Workspace, { settings = [] }: DriverFacts): Record<string, string> {
  return Object.fromEntries(
    settings.flatMap(({ variable }) => {
      const value = runtime.environment[variable];
      return value === undefined ? [] : [[variable, value]];
    }),
  );
}
