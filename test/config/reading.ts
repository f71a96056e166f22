import { expect } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import type { Vocabulary } from '../../src/config/rules/rule.ts';
import type { Config } from '../../src/core/config.ts';
import { DeployerError } from '../../src/core/errors.ts';
import type { Finding } from '../../src/core/finding.ts';
import { catalog } from './catalog.ts';

interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly known?: Vocabulary;
}

/** Head and end of a config that is right, so that a test only writes what it is about. */
export const FRAME = {
  head: 'version: 1\nproject: shop\n',
  services: 'services: { api: { path: api } }\n',
  environments: 'environments: { dev: { mode: dev } }\n',
};

export const MINIMAL = FRAME.head + FRAME.services + FRAME.environments;

export function read(text: string, { environment = {}, known }: Surroundings = {}) {
  const request = { file: '/project/deploy.config.yaml', environment, drivers: catalog() };
  return parseConfig(text, known ? { ...request, known } : request);
}

export async function config(text: string, surroundings?: Surroundings): Promise<Config> {
  return (await read(text, surroundings)).config;
}

/** The findings of a config that is refused. */
export async function findings(text: string, surroundings?: Surroundings): Promise<readonly Finding[]> {
  const error = await read(text, surroundings).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DeployerError);
  const { failure } = error as DeployerError;
  expect(failure).toMatchObject({ code: 'INVALID_CONFIG', stage: 'config' });
  expect(failure.findings?.length).toBeGreaterThan(0);
  return failure.findings ?? [];
}

/** Each finding as `line:column path message`. */
export async function complaints(text: string, surroundings?: Surroundings): Promise<string[]> {
  const found = await findings(text, surroundings);
  return found.map(({ place, path, message }) => `${place?.line}:${place?.column} ${path ?? '-'} ${message}`);
}
