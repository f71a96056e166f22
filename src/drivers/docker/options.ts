import type { OptionsCheck } from '../../core/driver.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { isVariableName } from '../../core/name.ts';
import {
  checkAll,
  checkDuration,
  checkFlag,
  checkPort,
  durationSchema,
  isInnerPath,
  isObject,
  isPort,
  type OptionCheck,
  wrong,
} from '../option-checks.ts';
import { BASE_IMAGES } from './build/generate/recipe.ts';

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
export interface DockerOptions {
  readonly hosts: readonly HostOption[];
  readonly dockerfile: string;
  /** Folder inside the project that the build sees; that of the service when left out. */
  readonly context?: string;
  /** In place of the usual ones of a generated Dockerfile. */
  readonly base_images: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile to build. */
  readonly target?: string;
  readonly build_args: Readonly<Record<string, string>>;
  readonly platform?: string;
  /** That the service listens on; told to it as `PORT`. */
  readonly port: number;
  readonly host_names: readonly string[];
  readonly path_prefix: string;
  readonly tls: 'automatic' | 'off';
  /** Containers of one release. */
  readonly replicas: number;
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

const PROXY: ProxyOptions = { name: 'deployer', image: 'caddy:2', http_port: 80, https_port: 443 };
const HOST_NAME =
  /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const PREFIX = /^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)?$/;
const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(?:\/v\d+)?$/;
/** No word that a command could take for an option. */
const IMAGE = /^[a-z0-9][a-z0-9._/:@-]{0,254}$/;
const STAGE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const LEAST_MEMORY = 6 * 1024 ** 2;
const MOST_REPLICAS = 20;
const BASE_NAMES: readonly string[] = Object.keys(BASE_IMAGES);
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): DockerOptions {
  return { ...DEFAULTS, ...options } as unknown as DockerOptions;
}

export function checkOptions(written: unknown): OptionsCheck {
  const checked = checkAll(written, { driver: 'docker', checks: CHECKS, defaults: DEFAULTS });
  if (!checked.ok || checked.options.tls !== 'automatic' || !isBare(checked.options)) return checked;
  if (isObject(written) && 'tls' in written)
    return {
      ok: false,
      problems: [{ path: ['tls'], message: 'needs names to get certificates for', fix: 'Add host_names' }],
    };
  return { ok: true, options: { ...checked.options, tls: 'off' } };
}

function isBare({ host_names }: JsonObject): boolean {
  return Array.isArray(host_names) && host_names.length === 0;
}

const DEFAULTS: JsonObject = {
  hosts: [],
  dockerfile: 'Dockerfile',
  base_images: {},
  build_args: {},
  port: 8080,
  host_names: [],
  path_prefix: '/',
  tls: 'automatic',
  replicas: 1,
  worker: false,
  stop_timeout: 10_000,
  drain_timeout: 30_000,
  proxy: { ...PROXY },
};

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  hosts: checkHosts,
  dockerfile: (value) =>
    isInnerPath(value) ? { value } : wrong('is not a file', 'the path of a file inside the service'),
  context: (value) =>
    isInnerPath(value)
      ? { value: tidyPath(value) }
      : wrong('is not a folder', 'a folder inside the project, such as ., that the service is in'),
  base_images: checkBaseImages,
  target: matching(STAGE, 'is not a stage', 'the name of a stage in the Dockerfile'),
  build_args: checkBuildArgs,
  platform: matching(PLATFORM, 'is not a platform', 'a platform such as linux/amd64'),
  port: checkPort,
  host_names: checkHostNames,
  path_prefix: matching(PREFIX, 'is not a path', 'a path such as /api'),
  tls: (value) => (value === 'automatic' || value === 'off' ? { value } : wrong('is not known', 'automatic or off')),
  replicas: (value) =>
    isReplicas(value) ? { value } : wrong('is not a number of containers', `a whole number from 1 to ${MOST_REPLICAS}`),
  worker: checkFlag,
  memory: checkMemory,
  stop_timeout: checkDuration,
  drain_timeout: checkDuration,
  proxy: checkProxy,
};

function matching(pattern: RegExp, message: string, expected: string): (value: unknown) => OptionCheck {
  return (value) => (typeof value === 'string' && pattern.test(value) ? { value } : wrong(message, expected));
}

function isReplicas(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_REPLICAS;
}

function checkHosts(value: unknown): OptionCheck {
  const hosts = Array.isArray(value) ? value.map(hostOf) : [undefined];
  if (!hosts.every((host) => host !== undefined))
    return wrong('is not a list of hosts', 'engines such as ssh://deploy@10.0.0.7, or { engine, address }');
  if (hosts.length > 1) return wrong('names several hosts', 'one host; several are not there yet');
  return { value: hosts as unknown as Json };
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

/** Without `./` and `/` at the ends. */
function tidyPath(path: string): string {
  return (
    path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/') || '.'
  );
}

function checkBaseImages(value: unknown): OptionCheck {
  const right =
    isObject(value) &&
    Object.entries(value).every(([name, image]) => BASE_NAMES.includes(name) && IMAGE.test(String(image)));
  return right
    ? { value: { ...value } as JsonObject }
    : wrong('is not a mapping of images', `images by name: ${BASE_NAMES.join(', ')}`);
}

function checkBuildArgs(value: unknown): OptionCheck {
  const right = isObject(value) && Object.entries(value).every(([name, text]) => isVariableName(name) && isPlain(text));
  if (!right) return wrong('is not a mapping of build arguments', 'texts by name, such as { NODE_VERSION: "20" }');
  return { value: Object.fromEntries(Object.entries(value as object).map(([name, text]) => [name, String(text)])) };
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
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

/** JSON Schema of the options as written, for editors. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    hosts: {
      type: 'array',
      maxItems: 1,
      items: {
        anyOf: [
          { type: 'string' },
          {
            type: 'object',
            additionalProperties: false,
            required: ['engine'],
            properties: {
              engine: { type: 'string', description: 'As in DOCKER_HOST, or the name of a Docker context' },
              address: { type: 'string', description: 'Where users reach it, when that is not where its engine is' },
            },
          },
        ],
      },
      description:
        'The engine, such as ssh://deploy@10.0.0.7 or a Docker context; DOCKER_HOST or the current context when left out',
    },
    dockerfile: { type: 'string', default: 'Dockerfile', description: 'Inside the service' },
    context: {
      type: 'string',
      description:
        'Folder inside the project that the build sees and the service is in; that of the service when left out',
    },
    base_images: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(BASE_NAMES.map((name) => [name, { type: 'string' }])),
      description: `Images for a generated Dockerfile in place of the usual ones: ${BASE_NAMES.join(', ')}`,
    },
    target: { type: 'string', description: 'Stage of the Dockerfile to build' },
    build_args: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      description: 'Build arguments, beside the variables that build.env names',
    },
    platform: { type: 'string', description: 'Such as linux/amd64; that of the host when left out' },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 8080,
      description: 'Port the service listens on, told to it as PORT',
    },
    host_names: { type: 'array', items: { type: 'string' }, description: 'Names that users reach the service by' },
    path_prefix: { type: 'string', default: '/', description: 'Paths that go to the service' },
    tls: {
      enum: ['automatic', 'off'],
      default: 'automatic',
      description: 'Certificates for the host names; without host names it is plain HTTP',
    },
    replicas: {
      type: 'integer',
      minimum: 1,
      maximum: MOST_REPLICAS,
      default: 1,
      description: 'Containers of one release, which share its requests evenly',
    },
    worker: { type: 'boolean', default: false, description: 'Listens on no port' },
    memory: { type: 'string', description: 'Limit for one container, such as 512m' },
    stop_timeout: durationSchema('10s', 'From the stop signal to SIGKILL'),
    drain_timeout: durationSchema('30s', 'How long requests may go on after a release lost its traffic'),
    proxy: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', default: PROXY.name, description: 'Begins the names of network, proxy and volumes' },
        image: { type: 'string', default: PROXY.image, description: 'Caddy 2.11.2 or newer' },
        http_port: {
          type: 'integer',
          minimum: 1,
          maximum: 65535,
          default: PROXY.http_port,
          description: 'For plain HTTP',
        },
        https_port: {
          type: 'integer',
          minimum: 1,
          maximum: 65535,
          default: PROXY.https_port,
          description: 'For HTTPS',
        },
      },
      description: 'The proxy of the host, which all projects share',
    },
  },
};
