import type {
  Config,
  DatabaseConfig,
  EnvironmentConfig,
  MigrationStrategy,
  ServiceConfig,
} from '../../src/core/config.ts';
import { type Digest, digestValue, type Fingerprint } from '../../src/core/digest.ts';
import type { Capability, DriverFacts } from '../../src/core/driver.ts';
import type { Inspection } from '../../src/core/inspection.ts';
import type { MigrationFile, MigrationStatus } from '../../src/core/migration.ts';
import type { ObservedService, Snapshot } from '../../src/core/snapshot.ts';
import type {
  AppliedConfiguration,
  CanaryState,
  Deployment,
  EnvironmentState,
  MigrationRecord,
  Release,
  StateDocument,
  Version,
} from '../../src/core/state.ts';

/** Builders of snapshots with sane defaults: name what matters to a test, and only that. */

/** A digest that is the same for the same words. */
export function digestOf(...words: readonly unknown[]): Digest {
  return digestValue(words);
}

/** Fingerprints of variables, made up from name and value. */
export function fingerprints(variables: Readonly<Record<string, string>>): Record<string, Fingerprint> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, `hmac:${digestOf(name, value).slice(7, 39)}` as const]),
  );
}

export function aService(name: string, given: Partial<ServiceConfig> = {}): ServiceConfig {
  return {
    name,
    driver: 'local',
    path: `services/${name}`,
    build: { command: 'npm run build', output: ['dist'], env: [] },
    start: 'node server.js',
    env: [],
    health: {
      kind: 'http',
      target: '/healthz',
      status: [200],
      headers: {},
      allowPrivate: false,
      timeout: 60_000,
      interval: 1_000,
      successes: 2,
    },
    after: [],
    timeout: 300_000,
    options: {},
    ...given,
  };
}

export function aDatabase(name: string, strategy: MigrationStrategy = 'pre_deploy'): DatabaseConfig {
  return {
    name,
    connection_env: 'DATABASE_URL',
    migrations: { engine: 'raw', path: `db/${name}`, strategy, timeout: 120_000, options: {} },
  };
}

export const LOCAL: readonly Capability[] = ['switch', 'weights', 'metrics', 'latency', 'logs', 'static', 'process'];

export function aDriver(name = 'local', capabilities: readonly Capability[] = LOCAL): DriverFacts {
  return {
    name,
    title: name === 'local' ? 'This machine' : name,
    capabilities,
    credentials: [],
    concurrency: 4,
    artifact: 'files',
    optionsSchema: { type: 'object' },
    checkOptions: () => ({ ok: true, options: {} }),
  };
}

export function aMigration(id: string, given: Partial<MigrationFile> = {}): MigrationFile {
  const phase = given.phase ?? 'expand';
  return {
    id,
    path: `db/main/${id}.sql`,
    checksum: digestOf('migration', id),
    phase,
    phase_source: 'said',
    has_down: false,
    compatible: phase === 'expand',
    risks: [],
    ...given,
  };
}

export function record({ id, phase, checksum }: MigrationFile): MigrationRecord {
  return { id, phase, checksum };
}

/** `applied` and `pending` files; together they are all there are. */
export function aMigrationStatus(
  given: { applied?: readonly MigrationFile[]; pending?: readonly MigrationFile[] } & Partial<
    Pick<MigrationStatus, 'dirty' | 'problems' | 'files'>
  > = {},
): MigrationStatus {
  const { applied = [], pending = [], ...rest } = given;
  return {
    applied: applied.map((file) => ({ ...record(file), applied_at: '2026-01-01T00:00:00.000Z' })),
    pending,
    problems: [],
    files: [...applied, ...pending],
    ...rest,
  };
}

/** What a service is made from, in the words that differ from test to test. */
export interface Made {
  readonly source?: string;
  readonly options?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly buildVariables?: Readonly<Record<string, string>>;
}

export function observed(
  made: Made & { readonly files?: number | 'unknown'; readonly generated?: readonly string[] } = {},
): ObservedService {
  const generated = made.generated?.map((path) => ({ path, text: `text of ${path}\n` }));
  return {
    ...(generated ? { build_inputs: { folder: '.', settings: {}, generated } } : {}),
    source: digestOf('source', made.source ?? 'first'),
    files: digestOf('files', made.source ?? 'first'),
    files_changed: made.files ?? 0,
    options: digestOf('options', made.options ?? 'first'),
    variables: fingerprints({ ...made.buildVariables, ...made.variables }),
    build_variables: fingerprints(made.buildVariables ?? {}),
  };
}

export function aRelease(
  service: string,
  made: Made & { readonly version?: string; readonly driver?: string; readonly artifact?: string } = {},
): Release {
  const { source, files, options, variables, build_variables } = observed(made);
  const version = made.version ?? 'ver_1';
  return {
    service,
    driver: made.driver ?? 'local',
    version_id: version,
    artifact: { kind: 'files', digest: digestOf('artifact', service, made.artifact ?? made.source ?? 'first') },
    inputs: { source, files, options, variables, build_variables },
    serves: 'process',
    ref: `${version}/${service}`,
    url: `http://${service}.localhost`,
    placed_at: '2026-01-01T00:00:00.000Z',
  };
}

export function aConfiguration(given: Partial<AppliedConfiguration> = {}): AppliedConfiguration {
  return { revision: 1, variables: {}, secrets: {}, flags: {}, ...given };
}

export function byService(releases: readonly Release[]): Record<string, Release> {
  return Object.fromEntries(releases.map((release) => [release.service, release]));
}

export function aDeployment(releases: readonly Release[], given: Partial<Deployment> = {}): Deployment {
  return {
    version_id: releases[0]?.version_id ?? 'ver_1',
    run_id: 'run_1',
    intent: 'deploy',
    at: '2026-01-01T00:00:00.000Z',
    healthy: true,
    configuration: aConfiguration(),
    migrations: {},
    ...given,
  };
}

export function aCanary(releases: readonly Release[], given: Partial<CanaryState> = {}): CanaryState {
  return {
    version_id: releases[0]?.version_id ?? 'ver_2',
    run_id: 'run_2',
    percent: 10,
    started_at: '2026-01-02T00:00:00.000Z',
    releases: byService(releases),
    configuration: aConfiguration(),
    ...given,
  };
}

/** An environment in which these releases are live, deployed once. */
export function anEnvironmentState(
  releases: readonly Release[],
  given: Partial<EnvironmentState> = {},
): EnvironmentState {
  return {
    name: 'staging',
    mode: 'staging',
    created_at: '2026-01-01T00:00:00.000Z',
    revisions: [],
    resources: Object.fromEntries(releases.map(({ service }) => [service, { id: service }])),
    current: byService(releases),
    deployments: releases.length > 0 ? [aDeployment(releases)] : [],
    durations: {},
    ...given,
  };
}

/** A version with the artifacts of these releases. */
export function aVersion(releases: readonly Release[], given: Partial<Version> = {}): Version {
  return {
    format: 1,
    id: releases[0]?.version_id ?? 'ver_1',
    created_at: '2026-01-01T00:00:00.000Z',
    project: 'shop',
    built_in: 'staging',
    run_id: 'run_1',
    source: { commit: 'abc123' },
    config_digest: digestOf('config'),
    services: Object.fromEntries(
      releases.map(({ service, driver, artifact, inputs }) => [service, { driver, artifact, inputs }]),
    ),
    variables: [],
    migrations: {},
    ...given,
  };
}

export function running(release: Release, given: Partial<Inspection['releases'][number]> = {}): Inspection {
  const { ref, version_id } = release;
  return { state: 'present', releases: [{ ref, version_id, state: 'running', percent: 100, ...given }] };
}

export interface SnapshotDraft extends Partial<Omit<Snapshot, 'services' | 'environment' | 'config' | 'drivers'>> {
  /** Each with what was observed of it; the default is what `aRelease` was made from. */
  readonly services?: readonly ServiceConfig[];
  readonly observed?: Readonly<Record<string, ObservedService>>;
  readonly databaseConfigs?: readonly DatabaseConfig[];
  readonly environment?: Partial<EnvironmentConfig>;
  readonly config?: Partial<Config>;
  readonly drivers?: readonly DriverFacts[];
}

/** A snapshot of `staging` with the services `api` and `web` (after `api`) on the local driver, never deployed. */
export function aSnapshot(draft: SnapshotDraft = {}): Snapshot {
  const { services = [aService('api'), aService('web', { after: ['api'] })], observed: seen = {} } = draft;
  const { databaseConfigs = [], drivers = [aDriver()], environment: _, config: __, ...given } = draft;
  const environment = anEnvironment(services, databaseConfigs, draft.environment);
  return {
    environment,
    config: aConfig(environment, draft.config),
    configuration: aConfiguration(),
    state: aState(draft.current),
    source: { commit: 'abc123', branch: 'main' },
    databases: {},
    inspections: {},
    findings: [],
    ...given,
    services: Object.fromEntries(services.map(({ name }) => [name, seen[name] ?? observed()])),
    drivers: Object.fromEntries(drivers.map((facts) => [facts.name, facts])),
  };
}

function anEnvironment(
  services: readonly ServiceConfig[],
  databases: readonly DatabaseConfig[],
  given: Partial<EnvironmentConfig> = {},
): EnvironmentConfig {
  return {
    name: 'staging',
    mode: 'staging',
    aliases: [],
    protected: false,
    promote_from: [],
    variables: {},
    secrets: {},
    flags: {},
    services: Object.fromEntries(services.map((service) => [service.name, service])),
    databases: Object.fromEntries(databases.map((database) => [database.name, database])),
    rollout: { strategy: 'all', steps: [], interval: 60_000, max_error_rate: 0.01, min_requests: 50 },
    rollback: { automatic: true },
    ...given,
  };
}

function aConfig(environment: EnvironmentConfig, given: Partial<Config> = {}): Config {
  return {
    project: 'shop',
    file: '/project/deploy.config.yaml',
    root: '/project',
    digest: digestOf('config'),
    interpolations: [],
    state: { backend: 'file', path: '.deployer' },
    concurrency: 4,
    keep: 2,
    environments: { [environment.name]: environment },
    notifications: [],
    secret_commands: {},
    ...given,
  };
}

function aState(current: EnvironmentState | undefined): StateDocument {
  return {
    format: 1,
    lineage: 'lineage-1',
    serial: current ? 7 : 0,
    written_at: '2026-01-01T00:00:00.000Z',
    writer: { id: 'writer', tool: '0.1.0' },
    project: 'shop',
    environments: current ? { [current.name]: current } : {},
  };
}

/** One step, for plans that only have to be by canary. */
export const CANARY = {
  strategy: 'canary',
  steps: [10],
  interval: 1_000,
  max_error_rate: 0.1,
  min_requests: 50,
} as const;
