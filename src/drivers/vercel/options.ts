import type { Mode } from '../../core/config.ts';
import type { FileLimit, OptionsCheck } from '../../core/driver.ts';
import type { JsonObject } from '../../core/json.ts';
import {
  checkAll,
  checkFlag,
  innerPath,
  isInnerPath,
  matching,
  type OptionCheck,
  oneOf,
  wrong,
} from '../option-checks.ts';

/** Options of the Vercel driver, complete. */
export interface VercelOptions {
  /** Id or slug of the team; the account of the token when left out. */
  readonly team?: string;
  /** Name or id of the Vercel project; naming it is consent to use one that is there. */
  readonly project?: string;
  /** Which of the project's two sides the environment deploys to; by its mode when left out. */
  readonly target?: 'production' | 'preview';
  /** What the artifact is: files to serve, output of `vercel build`, or sources that Vercel builds. */
  readonly content: 'static' | 'prebuilt' | 'source';
  /** The file that answers paths nothing else answers, for static apps that route in the browser. */
  readonly spa?: string;
  /** Custom environment of the project that previews belong to. */
  readonly custom_environment?: string;
  /** Names that production has besides Vercel's own. */
  readonly domains?: readonly string[];
  /** Host name of a preview environment. */
  readonly alias?: string;
  /** Canaries by Vercel's rolling releases, whose configuration is the driver's then. */
  readonly rolling_releases: boolean;
  readonly archive: 'automatic' | 'always' | 'never';
  /** Makes a bypass secret for protected deployments of projects that the driver made. */
  readonly protection_bypass: boolean;
  readonly framework?: string;
  readonly root_directory?: string;
  readonly install_command?: string;
  readonly build_command?: string;
  readonly output_directory?: string;
  readonly node_version?: string;
}

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;
const PROJECT_ID = /^prj_[A-Za-z0-9]{1,60}$/;
const TEAM = /^(?:team_[A-Za-z0-9]{1,60}|[a-z0-9][a-z0-9_-]{0,60})$/;
const HOST_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/;
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const MOST_DOMAINS = 50;
const FRAMEWORK = /^[a-z0-9][a-z0-9-]{0,40}$/;
const NODE = /^\d{2}\.x$/;

const DEFAULTS: JsonObject = {
  content: 'static',
  archive: 'automatic',
  rolling_releases: false,
  protection_bypass: true,
};
/** Options that only mean something to a build of Vercel's own. */
const OF_BUILDS = [
  'framework',
  'root_directory',
  'install_command',
  'build_command',
  'output_directory',
  'node_version',
] as const;

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): VercelOptions {
  return { ...DEFAULTS, ...options } as unknown as VercelOptions;
}

/** Which of a Vercel project's two sides a target deploys to. */
export type Side = 'production' | 'preview';

export function sideFor(mode: Mode, options: JsonObject): Side {
  const { target, custom_environment } = readOptions(options);
  if (custom_environment !== undefined) return 'preview';
  return target ?? (mode === 'production' ? 'production' : 'preview');
}

/** Whether users can be split. */
export function isRolling(mode: Mode, options: JsonObject): boolean {
  return readOptions(options).rolling_releases && sideFor(mode, options) === 'production';
}

/** More files one by one than this are refused. */
const MOST_FILES = 15_000;

/** An archive has no such limit. */
export function fileLimit(options: JsonObject): FileLimit | undefined {
  if (readOptions(options).archive !== 'never') return undefined;
  return { most: MOST_FILES, of: 'artifact', fix: 'Set vercel.archive to automatic, or leave files out' };
}

/** Checks what the owner wrote and fills in what was left out; all problems at once. */
export function checkOptions(written: unknown): OptionsCheck {
  const checked = checkAll(written, { driver: 'vercel', checks: CHECKS, defaults: DEFAULTS });
  if (!checked.ok) return checked;
  const { options } = checked;
  const idle = options.content === 'source' ? [] : OF_BUILDS.filter((name) => options[name] !== undefined);
  const problems = [
    ...idle.map((name) => ({
      path: [name],
      message: 'is for builds at Vercel, and nothing is built there',
      fix: 'Set content: source, or take it out',
    })),
    ...(options.custom_environment !== undefined && options.target === 'production'
      ? [{ path: ['custom_environment'], message: 'is a side of its own', fix: 'Take it out, or target' }]
      : []),
    ...(options.spa !== undefined && options.content !== 'static'
      ? [{ path: ['spa'], message: 'is for static files', fix: 'Set content: static, or take it out' }]
      : []),
  ];
  return problems.length > 0 ? { ok: false, problems } : checked;
}

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  team: matching(TEAM, 'is not a team', 'the id of a team (team_…) or its slug'),
  project: (value) =>
    typeof value === 'string' && (PROJECT_ID.test(value) || isProjectName(value))
      ? { value }
      : wrong('is not the name of a Vercel project', 'a name in lower case, or an id (prj_…)'),
  target: oneOf('production', 'preview'),
  content: oneOf('static', 'prebuilt', 'source'),
  custom_environment: (value) =>
    typeof value === 'string' && SLUG.test(value) && value !== 'production' && value !== 'preview'
      ? { value }
      : wrong('is not a custom environment', 'its slug in lower case, other than production and preview'),
  domains: (value) =>
    Array.isArray(value) && value.length <= MOST_DOMAINS && value.every((one) => HOST_NAME.test(String(one)))
      ? { value: [...new Set(value as string[])] }
      : wrong('is not a list of host names', `up to ${MOST_DOMAINS} names such as www.example.com, in lower case`),
  spa: innerPath('the path of a file in the artifact, such as index.html'),
  alias: matching(HOST_NAME, 'is not a host name', 'a name such as shop-staging.vercel.app, in lower case'),
  rolling_releases: checkFlag,
  archive: oneOf('automatic', 'always', 'never'),
  protection_bypass: checkFlag,
  framework: matching(FRAMEWORK, 'is not a framework', "one of Vercel's names, such as nextjs or vite"),
  root_directory: (value) =>
    isInnerPath(value) && !value.startsWith('./') && value !== '.'
      ? { value }
      : wrong('is not a folder', 'a path below the service without leading ./, or nothing for its own folder'),
  install_command: checkCommand,
  build_command: checkCommand,
  output_directory: innerPath('a path below the service'),
  node_version: matching(NODE, 'is not a version of Node.js', 'a version such as 22.x'),
};

/** Vercel takes no three hyphens in a row. */
export function isProjectName(text: string): boolean {
  return NAME.test(text) && !text.includes('---');
}

function checkCommand(value: unknown): OptionCheck {
  return typeof value === 'string' && value.length <= 256
    ? { value }
    : wrong('is not a command', 'a line of at most 256 characters');
}

/** JSON Schema of the options as written, for editors. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    team: {
      type: 'string',
      description: 'Id or slug of the team; VERCEL_ORG_ID, or the account of the token, when left out',
    },
    project: {
      type: 'string',
      description:
        'Name or id of the Vercel project, also of one that is there; project and service with a hyphen when left out',
    },
    target: {
      enum: ['production', 'preview'],
      description: "The project's side; production for environments of that mode, else preview",
    },
    content: {
      enum: ['static', 'prebuilt', 'source'],
      default: 'static',
      description: 'What the build yields: files to serve, the output of vercel build, or sources that Vercel builds',
    },
    spa: { type: 'string', description: 'The file that answers unknown paths, such as index.html' },
    custom_environment: {
      type: 'string',
      description: "Slug of the project's custom environment (Pro and Enterprise) that the previews belong to",
    },
    domains: {
      type: 'array',
      items: { type: 'string' },
      description:
        'Domains of production; those that deployer gave the project are taken away when they are named no more',
    },
    alias: {
      type: 'string',
      description:
        'Host name of a preview environment; Vercel project and environment with a hyphen, below vercel.app, when left out',
    },
    rolling_releases: {
      type: 'boolean',
      default: false,
      description:
        'Canaries in production by rolling releases (Pro and Enterprise), whose configuration is set by deployer then',
    },
    archive: {
      enum: ['automatic', 'always', 'never'],
      default: 'automatic',
      description:
        'One archive instead of single files; automatic from 12,000 files on, and with files of more than 95 MiB',
    },
    protection_bypass: {
      type: 'boolean',
      default: true,
      description:
        'Makes a secret by which health checks get past Deployment Protection, in projects that deployer made',
    },
    framework: { type: 'string', description: 'With content: source: as Vercel names it, such as nextjs' },
    root_directory: { type: 'string', description: 'With content: source: folder of the app below the service' },
    install_command: { type: 'string', description: 'With content: source' },
    build_command: { type: 'string', description: 'With content: source' },
    output_directory: { type: 'string', description: 'With content: source' },
    node_version: { type: 'string', description: 'With content: source: such as 22.x' },
  },
};
