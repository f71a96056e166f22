import type { Mode } from '../../core/config.ts';
import type { FileLimit, OptionsCheck } from '../../core/driver.ts';
import type { JsonObject } from '../../core/json.ts';
import { checkAll, checkFlag, innerPath, matching, type OptionCheck, oneOf, wrong } from '../option-checks.ts';

/** Options of the Netlify driver, complete. */
export interface NetlifyOptions {
  /** Slug of the team that new sites belong to; the token's own when left out. */
  readonly team?: string;
  /** Name or id of the site; naming it is consent to use one that is there. */
  readonly site?: string;
  /** Whether the environment is what the site publishes, or one of its branch deploys; by its mode when left out. */
  readonly target?: 'production' | 'preview';
  /** What the artifact is: files to serve, or what `netlify build` leaves: files and functions. */
  readonly content: 'static' | 'prebuilt';
  /** With `prebuilt`: the folder of the artifact that is served. */
  readonly publish: string;
  /** The file that answers paths nothing else answers, for static apps that route in the browser. */
  readonly spa?: string;
  /** Name of a preview environment's branch deploy, which stands in front of its host name. */
  readonly branch?: string;
  /** Canaries by Netlify's split tests. */
  readonly split_testing: boolean;
  /** Publishes also where somebody has locked publishing, and locks it again. */
  readonly unlock: boolean;
  /** What variables that the site keeps are for; all when left out. */
  readonly scopes?: readonly Scope[];
}

type Scope = (typeof SCOPES)[number];

const SITE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SITE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TEAM = /^[a-z0-9][a-z0-9_-]{0,60}$/;
const BRANCH = /^[a-z0-9](?:[a-z0-9-]{0,35}[a-z0-9])?$/;
const SCOPES = ['builds', 'functions', 'runtime', 'post_processing'] as const;

const DEFAULTS: JsonObject = { content: 'static', publish: 'dist', split_testing: false, unlock: false };

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): NetlifyOptions {
  return { ...DEFAULTS, ...options } as unknown as NetlifyOptions;
}

/** Which part of a site a target is. */
export type Side = 'production' | 'preview';

export function sideFor(mode: Mode, options: JsonObject): Side {
  return readOptions(options).target ?? (mode === 'production' ? 'production' : 'preview');
}

/** Netlify takes any number of files, but not in one folder. */
export const FILE_LIMIT: FileLimit = {
  most: 54_000,
  of: 'folder',
  fix: 'Divide them among several folders, or leave files out',
};

/** Whether users can be split. */
export function isSplit(mode: Mode, options: JsonObject): boolean {
  return readOptions(options).split_testing && sideFor(mode, options) === 'production';
}

/** Checks what the owner wrote and fills in what was left out; all problems at once. */
export function checkOptions(written: unknown): OptionsCheck {
  const checked = checkAll(written, { driver: 'netlify', checks: CHECKS, defaults: DEFAULTS });
  if (!checked.ok) return checked;
  const { content, spa } = readOptions(checked.options);
  if (spa === undefined || content === 'static') return checked;
  const fix = 'Set content: static, or take it out; a _redirects file does the same';
  return { ok: false, problems: [{ path: ['spa'], message: 'is for static files', fix }] };
}

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  team: matching(TEAM, 'is not a team', 'the slug of a team, as it stands in its address at Netlify'),
  site: (value) =>
    typeof value === 'string' && (isSiteName(value) || isSiteId(value))
      ? { value }
      : wrong('is not a site', 'its name, which stands in front of .netlify.app, or its id'),
  target: oneOf('production', 'preview'),
  content: oneOf('static', 'prebuilt'),
  publish: innerPath('a folder of the artifact'),
  spa: innerPath('the path of a file in the artifact, such as index.html'),
  branch: matching(
    BRANCH,
    'is not a name for a branch deploy',
    'at most 37 letters, digits and hyphens, in lower case',
  ),
  split_testing: checkFlag,
  unlock: checkFlag,
  scopes: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => SCOPES.includes(one))
      ? { value }
      : wrong('are not scopes', `some of ${SCOPES.join(', ')}`),
};

export function isSiteName(text: string): boolean {
  return SITE_NAME.test(text);
}

export function isSiteId(text: string): boolean {
  return SITE_ID.test(text);
}

/** JSON Schema of the options as written, for editors. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    team: { type: 'string', description: "Slug of the team that a new site belongs to; the token's own when left out" },
    site: {
      type: 'string',
      description: 'Name or id of the site, also of one that is there; project and service with a hyphen when left out',
    },
    target: {
      enum: ['production', 'preview'],
      description:
        'What the site publishes, or one of its branch deploys; production for environments of that mode, else preview',
    },
    content: {
      enum: ['static', 'prebuilt'],
      default: 'static',
      description: 'What the build yields: files to serve, or what netlify build leaves, with functions',
    },
    publish: { type: 'string', default: 'dist', description: 'With content: prebuilt: the folder that is served' },
    spa: { type: 'string', description: 'The file that answers unknown paths, such as index.html' },
    branch: {
      type: 'string',
      description:
        "Name of a preview environment's branch deploy, in front of the site's host name; the environment when left out",
    },
    split_testing: {
      type: 'boolean',
      default: false,
      description: 'Canaries in production by split tests; each release is a branch deploy then',
    },
    unlock: {
      type: 'boolean',
      default: false,
      description: 'Publishes also where somebody has locked publishing, and locks what is published then',
    },
    scopes: {
      type: 'array',
      items: { enum: [...SCOPES] },
      description: 'With content: prebuilt: what the variables that the site keeps are for (Pro); all when left out',
    },
  },
};
