import type { OptionsCheck } from '../../core/driver.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { BUILD_CHECKS, BUILD_DEFAULTS, type BuildOptions } from '../image/build/options.ts';
import { IMAGE, matching } from '../image/option-forms.ts';
import {
  checkAll,
  checkDuration,
  checkFlag,
  checkPort,
  isObject,
  isPort,
  type OptionCheck,
  wrong,
} from '../option-checks.ts';
import { checkSecretFiles, secretFileProblems } from './secret-files.ts';
import { checkRegistry, checkTls, type GivenCertificate, type RegistryOptions } from './secret-options.ts';
import {
  checkCommand,
  checkPublish,
  checkVolumes,
  impliedBy,
  STANDING_DEFAULTS,
  type StandingOptions,
  standingProblems,
} from './standing-options.ts';

/** Where one engine is, and where its published ports answer. */
export interface HostOption {
  /** As in `DOCKER_HOST`, or the name of a Docker context. */
  readonly engine: string;
  /** Name or address that users reach; follows from the engine's when left out. */
  readonly address?: string;
}

export interface ProxyOptions {
  /** Begins the names of what a host has once: `<name>-proxy`, its volumes, and the network `<name>`. */
  readonly name: string;
  readonly image: string;
  readonly http_port: number;
  readonly https_port: number;
}

/** Options of the Docker driver, complete. Durations in ms. */
export interface DockerOptions extends BuildOptions, StandingOptions {
  readonly hosts: readonly HostOption[];
  /** Hosts that are worked on at the same time: so many, or such a share of them. */
  readonly at_once: number | `${number}%`;
  readonly registry?: RegistryOptions;
  /** What runs containers: each engine by itself, or the cluster that the hosts manage. */
  readonly orchestrator: 'none' | 'swarm';
  /** Variables that a cluster hands over as its secrets. */
  readonly secret_files: readonly string[];
  /** Engine that builds; the first host's when left out. */
  readonly builder?: string;
  /** That the service listens on; told to it as `PORT`. */
  readonly port: number;
  readonly host_names: readonly string[];
  readonly path_prefix: string;
  readonly tls: 'automatic' | 'off' | GivenCertificate;
  /** Containers of one release. */
  readonly replicas: number;
  /** A user stays with the release that answered first, by a cookie. */
  readonly sticky: boolean;
  /** Listens on no port; gets no traffic. */
  readonly worker: boolean;
  /** Bytes. */
  readonly memory?: number;
  /** From the stop signal to SIGKILL. */
  readonly stop_timeout: number;
  /** How long requests may go on after a release has lost its traffic. */
  readonly drain_timeout: number;
  readonly proxy: ProxyOptions;
}

export const PROXY: ProxyOptions = { name: 'deployer', image: 'caddy:2', http_port: 80, https_port: 443 };
const HOST_NAME =
  /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const PREFIX = /^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)?$/;
const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const LEAST_MEMORY = 6 * 1024 ** 2;
export const MOST_REPLICAS = 20;
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): DockerOptions {
  return { ...DEFAULTS, ...options } as unknown as DockerOptions;
}

/** Whether releases are services of a cluster. What may not run twice is a container of its one host even there. */
export function isClustered({ orchestrator, overlap }: DockerOptions): boolean {
  return orchestrator === 'swarm' && overlap;
}

export function checkOptions(written: unknown): OptionsCheck {
  const checked = checkStanding(written, checkAll(written, { driver: 'docker', checks: CHECKS, defaults: DEFAULTS }));
  if (!checked.ok || checked.options.tls === 'off' || !isBare(checked.options)) return checked;
  if (isObject(written) && 'tls' in written)
    return {
      ok: false,
      problems: [{ path: ['tls'], message: 'needs names that its certificates are for', fix: 'Add host_names' }],
    };
  return { ok: true, options: { ...checked.options, tls: 'off' } };
}

function checkStanding(written: unknown, checked: OptionsCheck): OptionsCheck {
  if (!checked.ok) return checked;
  const given = isObject(written) ? written : {};
  const options = { ...checked.options, ...impliedBy(given, checked.options) };
  const problems = [...standingProblems(given, options), ...secretFileProblems(options)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, options };
}

function isBare({ host_names }: JsonObject): boolean {
  return Array.isArray(host_names) && host_names.length === 0;
}

const DEFAULTS: JsonObject = {
  hosts: [],
  at_once: '100%',
  orchestrator: 'none',
  secret_files: [],
  ...BUILD_DEFAULTS,
  port: 8080,
  host_names: [],
  path_prefix: '/',
  tls: 'automatic',
  replicas: 1,
  sticky: false,
  worker: false,
  ...STANDING_DEFAULTS,
  stop_timeout: 10_000,
  drain_timeout: 30_000,
  proxy: { ...PROXY },
};

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  hosts: checkHosts,
  at_once: (value) =>
    isAmount(value) ? { value } : wrong('is not an amount of hosts', 'a whole number, or a share such as 25%'),
  registry: checkRegistry,
  orchestrator: (value) => (value === 'none' || value === 'swarm' ? { value } : wrong('is not known', 'none or swarm')),
  secret_files: checkSecretFiles,
  builder: (value) => (isEngine(value) ? { value } : wrong('is not an engine', 'such as ssh://deploy@10.0.0.7')),
  ...BUILD_CHECKS,
  port: checkPort,
  host_names: checkHostNames,
  path_prefix: matching(PREFIX, 'is not a path', 'a path such as /api'),
  tls: checkTls,
  replicas: (value) =>
    isReplicas(value) ? { value } : wrong('is not a number of containers', `a whole number from 1 to ${MOST_REPLICAS}`),
  sticky: checkFlag,
  worker: checkFlag,
  image: matching(IMAGE, 'is not an image', 'a name such as postgres:16'),
  command: checkCommand,
  overlap: checkFlag,
  volumes: checkVolumes,
  publish: checkPublish,
  memory: checkMemory,
  stop_timeout: checkDuration,
  drain_timeout: checkDuration,
  proxy: checkProxy,
};

function isReplicas(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_REPLICAS;
}

function checkHosts(value: unknown): OptionCheck {
  const hosts = Array.isArray(value) ? value.map(hostOf) : [undefined];
  if (!hosts.every((host) => host !== undefined))
    return wrong('is not a list of hosts', 'engines such as ssh://deploy@10.0.0.7, or { engine, address }');
  const engines = hosts.map(({ engine }) => engine);
  const twice = engines.find((engine, index) => engines.indexOf(engine) !== index);
  if (twice !== undefined) return wrong(`names ${twice} twice`, 'each host once');
  return { value: hosts as unknown as Json };
}

function isAmount(value: unknown): value is number | string {
  if (typeof value === 'string') return /^(?:[1-9]\d?|100)%$/.test(value);
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

function hostOf(value: unknown): HostOption | undefined {
  if (typeof value === 'string') return isEngine(value) ? { engine: value } : undefined;
  if (!isObject(value) || Object.keys(value).some((key) => key !== 'engine' && key !== 'address')) return undefined;
  const { engine, address } = value as { engine?: unknown; address?: unknown };
  if (!isEngine(engine)) return undefined;
  if (address === undefined) return { engine };
  return typeof address === 'string' && /^[A-Za-z0-9.:-]{1,253}$/.test(address) ? { engine, address } : undefined;
}

function isEngine(value: unknown): value is string {
  return typeof value === 'string' && /^(?:(?:unix|ssh|tcp):\/\/\S+|[A-Za-z0-9][\w.+-]*)$/.test(value);
}

function checkHostNames(value: unknown): OptionCheck {
  const right = Array.isArray(value) && value.every((name) => typeof name === 'string' && HOST_NAME.test(name));
  return right ? { value } : wrong('is not a list of host names', 'names such as api.example.com, in lower case');
}

function checkMemory(value: unknown): OptionCheck {
  const [, amount = '', unit = ''] = typeof value === 'string' ? (/^(\d{1,9})([kmg])$/.exec(value) ?? []) : [];
  const bytes = Number(amount) * (UNITS[unit] ?? 0);
  return bytes >= LEAST_MEMORY
    ? { value: bytes }
    : wrong('is not an amount of memory', 'at least 6m, such as 512m or 2g');
}

function checkProxy(value: unknown): OptionCheck {
  const { name, image, http_port, https_port, ...others } = { ...PROXY, ...(isObject(value) ? value : {}) };
  const right =
    isObject(value) &&
    Object.keys(others).length === 0 &&
    NAME.test(name) &&
    IMAGE.test(image) &&
    isPort(http_port) &&
    isPort(https_port) &&
    http_port !== https_port;
  return right
    ? { value: { name, image, http_port, https_port } }
    : wrong('does not describe a proxy', 'name, image, http_port and https_port, as far as they differ');
}
