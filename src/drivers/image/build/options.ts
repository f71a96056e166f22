import type { JsonObject } from '../../../core/json.ts';
import { isVariableName } from '../../../core/name.ts';
import { isInnerPath, isObject, type OptionCheck, wrong } from '../../option-checks.ts';
import { IMAGE, matching } from '../option-forms.ts';
import { BASE_IMAGES } from './generate/recipe.ts';

/** Options of a build, complete. */
export interface BuildOptions {
  readonly dockerfile: string;
  /** Folder inside the project that the build sees; that of the service when left out. */
  readonly context?: string;
  /** In place of the usual ones of a generated Dockerfile. */
  readonly base_images: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile to build. */
  readonly target?: string;
  readonly build_args: Readonly<Record<string, string>>;
  readonly platform?: string;
}

export const BUILD_DEFAULTS: JsonObject = { dockerfile: 'Dockerfile', base_images: {}, build_args: {} };

/** What of a service's checked options is about its build. */
export function readBuildOptions(options: JsonObject): BuildOptions {
  return { ...BUILD_DEFAULTS, ...options } as unknown as BuildOptions;
}

const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(?:\/v\d+)?$/;
const STAGE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const BASE_NAMES: readonly string[] = Object.keys(BASE_IMAGES);

export const BUILD_CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  dockerfile: (value) =>
    isInnerPath(value) ? { value } : wrong('is not a file', 'the path of a file inside the service'),
  context: (value) =>
    isInnerPath(value)
      ? { value: tidyPath(value) }
      : wrong('is not a folder', 'a folder inside the project that the service is in, such as "."'),
  base_images: checkBaseImages,
  target: matching(STAGE, 'is not a stage', 'the name of a stage in the Dockerfile'),
  build_args: checkBuildArgs,
  platform: matching(PLATFORM, 'is not a platform', 'a platform such as linux/amd64'),
};

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

/** As written, for editors. */
export const BUILD_SCHEMA: JsonObject = {
  dockerfile: {
    type: 'string',
    default: 'Dockerfile',
    description: 'Inside the service; one is generated where there is no Dockerfile',
  },
  context: {
    type: 'string',
    description:
      'Folder inside the project that the build sees and the service is in; that of the service when left out',
  },
  base_images: {
    type: 'object',
    propertyNames: { enum: BASE_NAMES },
    additionalProperties: { type: 'string' },
    description: `Images for a generated Dockerfile in place of the usual ones: ${BASE_NAMES.join(', ')}`,
  },
  target: { type: 'string', description: 'Stage of the Dockerfile to build' },
  build_args: {
    type: 'object',
    additionalProperties: { type: ['string', 'number', 'boolean'] },
    description: 'Build arguments, beside the variables that build.env names',
  },
  platform: { type: 'string', description: 'Such as linux/amd64; that of the host when left out' },
};
