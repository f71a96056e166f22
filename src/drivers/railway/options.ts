import type { OptionsCheck } from '../../core/driver.ts';
import type { JsonObject } from '../../core/json.ts';
import {
  checkAll,
  checkDuration,
  checkFlag,
  checkPort,
  isInnerPath,
  type OptionCheck,
  wrong,
} from '../option-checks.ts';

/** Options of the Railway driver, complete. Durations in ms. */
export interface RailwayOptions {
  /** Id or name of the workspace that a new project is made in. */
  readonly workspace?: string;
  /** Name or id of the Railway project; naming it is consent to use one that is there. */
  readonly project?: string;
  /** Name of the environment at Railway. */
  readonly environment?: string;
  /** Name of the environment that a new one is made as a copy of. */
  readonly duplicate?: string;
  /** Name of the service at Railway; naming it is consent to use one that is there. */
  readonly service?: string;
  /** Image that is run in place of sources. */
  readonly image?: string;
  readonly registry_username?: string;
  /** Reference to a secret. */
  readonly registry_password?: string;
  /** Where the service's volume is mounted. */
  readonly volume?: string;
  /** Whether users reach it by a domain of Railway's. */
  readonly public: boolean;
  readonly port?: number;
  /** Port that is reached from outside by TCP. */
  readonly tcp_proxy?: number;
  readonly pre_deploy_command?: string;
  readonly healthcheck_path?: string;
  readonly healthcheck_timeout?: number;
  readonly restart: 'always' | 'on_failure' | 'never';
  readonly restart_retries: number;
  readonly replicas: number;
  readonly region?: string;
  /** How long an old deployment stays beside the new one, and how long it then may finish requests. */
  readonly overlap_time: number;
  readonly drain_time: number;
  readonly builder?: 'railpack' | 'nixpacks';
  readonly build_command?: string;
  readonly dockerfile?: string;
  readonly root_directory?: string;
  /** MiB. */
  readonly upload_limit: number;
}

/** Name of the one credential that options refer to. */
export const CREDENTIAL = 'registry_password';
export const MOST_REPLICAS = 50;

const SERVICE = /^[A-Za-z0-9](?:[A-Za-z0-9 _-]{0,30}[A-Za-z0-9])?$/;
const NAME = /^[^\p{C}]{1,100}$/u;
const IMAGE = /^[a-z0-9][a-zA-Z0-9._/:@-]{0,250}$/;
const MOUNT = /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\p{C}\\]{1,200}$/u;
const URL_PATH = /^\/[^\s\p{C}]{0,200}$/u;
const REGION = /^[a-z0-9][a-z0-9-]{1,60}$/;

const DEFAULTS: JsonObject = {
  public: true,
  restart: 'on_failure',
  restart_retries: 10,
  replicas: 1,
  overlap_time: 0,
  drain_time: 30_000,
  upload_limit: 1024,
};
/** Options that only mean something to a build of Railway's. */
const OF_BUILDS = ['builder', 'build_command', 'dockerfile', 'root_directory', 'upload_limit'] as const;

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): RailwayOptions {
  return { ...DEFAULTS, ...options } as unknown as RailwayOptions;
}

/** Checks what the owner wrote and fills in what was left out; all problems at once. */
export function checkOptions(written: unknown): OptionsCheck {
  const checked = checkAll(written, { driver: 'railway', checks: CHECKS, defaults: DEFAULTS });
  if (!checked.ok) return checked;
  const given = (written ?? {}) as JsonObject;
  const isImage = given['image'] !== undefined && given['image'] !== null;
  const options = isImage && !('public' in given) ? { ...checked.options, public: false } : checked.options;
  const problems = disagreements(given, readOptions(options));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, options };
}

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
  readonly fix: string;
}

function disagreements(given: JsonObject, options: RailwayOptions): readonly Problem[] {
  const { image, volume, replicas, registry_username, registry_password } = options;
  const idle = image === undefined ? [] : OF_BUILDS.filter((name) => name in given);
  const half = (registry_username === undefined) !== (registry_password === undefined);
  const account = half || (registry_password !== undefined && image === undefined);
  return [
    ...idle.map((name) => ({
      path: [name],
      message: 'is of no use beside image: nothing is built',
      fix: 'Leave one of the two out',
    })),
    ...(account
      ? [
          {
            path: ['registry_password'],
            message: 'goes with image and registry_username',
            fix: 'Give all three, or neither user name nor password',
          },
        ]
      : []),
    ...(volume !== undefined && replicas > 1
      ? [{ path: ['replicas'], message: 'cannot be several of what has a volume', fix: 'Ask for one' }]
      : []),
  ];
}

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  workspace: matching(NAME, 'is not a workspace', 'its name or its id'),
  project: matching(NAME, 'is not a project', 'the name or the id of a Railway project'),
  environment: matching(NAME, 'is not an environment', 'the name of an environment at Railway'),
  duplicate: matching(NAME, 'is not an environment', 'the name of an environment at Railway'),
  service: matching(SERVICE, 'is not a service', 'a name of at most 32 letters, digits, spaces, _ and -'),
  image: matching(IMAGE, 'is not an image', 'a name such as postgres:16 or ghcr.io/acme/api:1.4.2'),
  registry_username: matching(NAME, 'is not a user name', 'the account at the registry'),
  registry_password: matching(/^[a-z][a-z0-9-]*:\S/, 'is not a reference', 'a reference such as env:REGISTRY_PASSWORD'),
  volume: matching(MOUNT, 'is not a path', 'an absolute path in the container, such as /var/lib/postgresql/data'),
  public: checkFlag,
  port: checkPort,
  tcp_proxy: checkPort,
  pre_deploy_command: checkCommand,
  healthcheck_path: matching(URL_PATH, 'is not a path', 'a path such as /healthz'),
  healthcheck_timeout: checkDuration,
  restart: oneOf('always', 'on_failure', 'never'),
  restart_retries: wholeNumber(0, 100),
  replicas: wholeNumber(1, MOST_REPLICAS),
  region: matching(REGION, 'is not a region', 'an id such as europe-west4-drams3a'),
  overlap_time: checkDuration,
  drain_time: checkDuration,
  builder: oneOf('railpack', 'nixpacks'),
  build_command: checkCommand,
  dockerfile: innerPath('a path below the service'),
  root_directory: innerPath('a path below the service'),
  upload_limit: wholeNumber(1, 10_240),
};

function matching(pattern: RegExp, message: string, expected: string): (value: unknown) => OptionCheck {
  return (value) => (typeof value === 'string' && pattern.test(value) ? { value } : wrong(message, expected));
}

function oneOf(...words: readonly string[]): (value: unknown) => OptionCheck {
  return (value) =>
    words.some((word) => word === value) ? { value: value as string } : wrong('is not known', words.join(' or '));
}

function wholeNumber(least: number, most: number): (value: unknown) => OptionCheck {
  return (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? { value: Number(value) }
      : wrong('is not such a number', `a whole number from ${least} to ${most}`);
}

function innerPath(expected: string): (value: unknown) => OptionCheck {
  return (value) => (isInnerPath(value) ? { value } : wrong('is not a path', expected));
}

function checkCommand(value: unknown): OptionCheck {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 1_000
    ? { value }
    : wrong('is not a command', 'a line of at most 1,000 characters');
}
