import { join } from 'node:path';
import { findConfig } from './config/find.ts';
import { loadConfig } from './config/load.ts';
import type { Site } from './config/locate.ts';
import type { LoadedConfig } from './config/parse.ts';
import type { ArtifactStore } from './core/artifact.ts';
import type { Config } from './core/config.ts';
import type { DriverCatalog } from './core/driver.ts';
import type { Probe } from './core/health.ts';
import type { Clock, Entropy, Http, Interrupts, Names, Peers, Processes, Sockets } from './core/ports.ts';
import { Redactor } from './core/redact.ts';
import { catalog } from './drivers/catalog.ts';
import { migrationEngines } from './migrations/catalog.ts';
import { secretProviders } from './secrets/catalog.ts';
import { checkReference } from './secrets/check-reference.ts';
import type { Resolver } from './secrets/resolver.ts';
import type { SecretWriter } from './secrets/writer.ts';
import { openFileStore } from './state/file-store.ts';
import { openState, type State } from './state/state.ts';
import { systemClock } from './system/clock.ts';
import { systemEntropy } from './system/entropy.ts';
import { systemIdentity } from './system/identity.ts';
import { systemInterrupts } from './system/signals.ts';

/**
 * The real world, built once per command line and handed down. What costs start-up time is loaded when it is first used.
 */
export interface Runtime {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Version of the tool. */
  readonly tool: string;
  readonly who: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly processes: Processes;
  readonly http: Http;
  readonly sockets: Sockets;
  readonly peers: Peers;
  readonly names: Names;
  readonly interrupts: Interrupts;
  readonly probe: Probe;
  readonly redactor: Redactor;
  readonly drivers: DriverCatalog;
  readonly engines: typeof migrationEngines;
  loadConfig(request: ConfigRequest): Promise<LoadedConfig>;
  /** Where the first of these paths that is written stands in a config file; `undefined` when that cannot be told. */
  locate(file: string, paths: readonly string[]): Promise<Site | undefined>;
  openState(project: string, folder: string): State;
  openArtifacts(folder: string): ArtifactStore;
  /** Looks up secret references of one environment, each once. */
  openSecrets(config: Pick<Config, 'root' | 'secret_commands'>): Promise<Resolver>;
  /** Writes values to where references name. */
  openSecretWriter(config: Pick<Config, 'root' | 'secret_commands'>): Promise<SecretWriter>;
}

export interface ConfigRequest {
  readonly cwd: string;
  /** Default: the nearest one. */
  readonly config?: string;
  /** The config itself, as if it stood in `cwd`. */
  readonly text?: string;
}

/** Names that a config may use beside those of drivers. */
const VOCABULARY = {
  backends: ['file'],
  engines: migrationEngines.names,
  providers: secretProviders.names,
  reference: (text: string, commands: readonly string[]) =>
    checkReference(text, { providers: secretProviders, commands }),
};

export const TOOL_VERSION = process.env.DEPLOYER_VERSION ?? '0.0.0';

export function createRuntime(environment: Runtime['environment'] = process.env): Runtime {
  const entropy = systemEntropy();
  const clock = systemClock;
  const processes = lazyProcesses(environment);
  const http = lazyHttp();
  const secretsOf = ({ root, secret_commands: commands }: Pick<Config, 'root' | 'secret_commands'>) => ({
    providers: secretProviders,
    world: { root, environment, clock, http, processes, commands },
  });
  return {
    environment,
    tool: TOOL_VERSION,
    /** Asked of the system only where something is put on record. */
    get who() {
      return systemIdentity(environment);
    },
    clock,
    entropy,
    processes,
    http,
    sockets: { open: async (request) => (await import('./system/sockets.ts')).systemSockets.open(request) },
    peers: lazyPeers(environment),
    names: { addressesOf: async (...args) => (await import('./system/names.ts')).systemNames.addressesOf(...args) },
    interrupts: systemInterrupts(),
    probe: lazyProbe({ http, processes, clock }),
    redactor: new Redactor(),
    drivers: catalog,
    engines: migrationEngines,
    loadConfig: ({ cwd, config, text }) => {
      const world = { environment, drivers: catalog, known: VOCABULARY };
      return text === undefined
        ? loadConfig({ file: findConfig(cwd, config), ...world })
        : loadConfig({ file: join(cwd, '<stdin>'), text, ...world });
    },
    locate: async (file, paths) => {
      const [{ locateIn }, { readConfigFile }] = await Promise.all([
        import('./config/locate.ts'),
        import('./config/read-file.ts'),
      ]);
      try {
        return locateIn(readConfigFile(file), file, paths);
      } catch {
        return undefined;
      }
    },
    openState: (project, folder) =>
      openState({ store: openFileStore({ folder, entropy }), folder, project, clock, entropy, tool: TOOL_VERSION }),
    openArtifacts: (folder) => lazyArtifacts(join(folder, 'artifacts')),
    openSecrets: async (config) => (await import('./secrets/resolver.ts')).createResolver(secretsOf(config)),
    openSecretWriter: async (config) => (await import('./secrets/writer.ts')).createWriter(secretsOf(config)),
  };
}

/** One import, however often it is asked for. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

function lazyProcesses(environment: Runtime['environment']): Processes {
  const real = once(async () => (await import('./system/processes.ts')).systemProcesses({ environment }));
  return {
    run: async (request) => (await real()).run(request),
    shell: async (line, request) => (await real()).shell(line, request),
  };
}

function lazyHttp(): Http {
  const real = once(async () => (await import('./system/http.ts')).systemHttp());
  return { send: async (request) => (await real()).send(request) };
}

function lazyPeers(environment: Runtime['environment']): Peers {
  const real = once(async () => (await import('./system/peers.ts')).systemPeers({ environment }));
  return { send: async (peer, request) => (await real()).send(peer, request) };
}

function lazyArtifacts(folder: string): ArtifactStore {
  const real = once(async () => (await import('./artifacts/store.ts')).openArtifactStore({ folder }));
  return {
    put: async (...args) => (await real()).put(...args),
    locate: async (digest) => (await real()).locate(digest),
    list: async (digest) => (await real()).list(digest),
    copyTo: async (...args) => (await real()).copyTo(...args),
    has: async (digest) => (await real()).has(digest),
    verify: async (digest) => (await real()).verify(digest),
    prune: async (...args) => (await real()).prune(...args),
  };
}

function lazyProbe(parts: { http: Http; processes: Processes; clock: Clock }): Probe {
  const real = once(async () => (await import('./health/probe.ts')).createProbe(parts));
  return async (request) => (await real())(request);
}
