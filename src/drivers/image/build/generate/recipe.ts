import type { ServiceConfig } from '../../../../core/config.ts';
import type { Stack } from '../../../../core/stack.ts';

/** Everything that decides the text of a Dockerfile. */
export interface Request {
  readonly service: Pick<ServiceConfig, 'name' | 'path' | 'build' | 'start'>;
  readonly stack: Stack | undefined;
  /** From the build context to the service, with `/`; empty when they are the same folder. */
  readonly below: string;
  /** Names of build arguments, and of secrets that the build gets. */
  readonly args: readonly string[];
  readonly secrets: readonly string[];
  /** In place of the usual base images, by their names. */
  readonly baseImages: Readonly<Record<string, string>>;
}

/** The same, decided: the config has the first word, what was detected the second. */
export interface Recipe extends Request {
  readonly stack: Stack;
  readonly command: string | undefined;
  /** Paths below the service that are taken over from the build; `.` for all of it. */
  readonly outputs: readonly string[];
  readonly start: string | undefined;
  /** Where the service is in the image that builds it. */
  readonly place: string;
}

/** Images that Dockerfiles are built upon, each pinned to what does not break within. */
export const BASE_IMAGES = {
  node: 'node:24-slim',
  caddy: 'caddy:2',
  python: 'python:3.13-slim',
  golang: 'golang:1',
  alpine: 'alpine:3',
  debian: 'debian:13-slim',
} as const;

export function recipeOf(request: Request, stack: Stack): Recipe {
  const { build, start } = request.service;
  const detected = stack.build?.output === undefined ? ['.'] : [stack.build.output];
  return {
    ...request,
    stack,
    command: withoutInstall(build.command ?? stack.build?.command),
    outputs: build.output.length > 0 ? build.output : detected,
    start: start ?? stack.start,
    place: request.below === '' ? '/app' : `/app/${request.below}`,
  };
}

/** The image has its packages by then. */
function withoutInstall(command: string | undefined): string | undefined {
  const rest = command?.replace(/^(?:npm|pnpm|yarn|bun) (?:install|ci|i)(?: *&& *|$)/, '');
  return rest === '' ? undefined : rest;
}

/** The image to build upon: the one that the config names, or the usual one, of another version where one is asked for. */
export function baseImage({ baseImages }: Request, name: keyof typeof BASE_IMAGES, usual?: string): string {
  return baseImages[name] ?? usual ?? BASE_IMAGES[name];
}
