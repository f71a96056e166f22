import { dirname } from 'node:path';
import type { Config } from '../core/config.ts';
import { digestBytes } from '../core/digest.ts';
import type { DriverCatalog } from '../core/driver.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { count } from '../core/text.ts';
import { completeConfig } from './complete/config.ts';
import { checkDrivers } from './drivers.ts';
import { checkSize, effectiveServices, type SoundConfig, servicesByEnvironment } from './effective.ts';
import { findingsOf } from './findings.ts';
import { Interpolation } from './interpolate.ts';
import { Problems } from './problems.ts';
import { SIZE_LIMIT, tooLarge } from './read-file.ts';
import { checkReferences } from './references.ts';
import type { Review, Vocabulary } from './rules/rule.ts';
import { RULES } from './rules/rules.ts';
import { checkAgainst } from './schema/check.ts';
import { projectSchema, type WrittenConfig } from './schema/project.ts';
import { plainPlaces, readPlainYaml } from './yaml/plain.ts';

export interface ParseRequest {
  /** Absolute path of the file that the text comes from; it is not read. */
  readonly file: string;
  /** Where `${env:NAME}` is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly drivers: DriverCatalog;
  readonly known?: Vocabulary;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly Finding[];
}

/**
 * The text of a config → the checked, complete config. Throws `INVALID_CONFIG` with a finding for every problem, in the
 * order of the text. Touches nothing outside.
 *
 * A text in plain YAML with nothing wrong is read without the YAML library. Where there is something to say, the text is
 * read again by the library, which knows the place of everything.
 */
export async function parseConfig(text: string, request: ParseRequest): Promise<LoadedConfig> {
  if (text.length > SIZE_LIMIT) throw tooLarge(request.file);
  return (await parsePlain(text, request)) ?? parseWithPlaces(text, request);
}

async function parsePlain(text: string, request: ParseRequest): Promise<LoadedConfig | undefined> {
  const values = readPlainYaml(withoutMark(text));
  if (values === undefined) return undefined;
  const problems = new Problems();
  const config = await completed({ text, values, interpolations: [], places: plainPlaces(values), problems }, request);
  return config && problems.found.length === 0 ? { config, warnings: [] } : undefined;
}

async function parseWithPlaces(text: string, request: ParseRequest): Promise<LoadedConfig> {
  const { openYaml } = await import('./yaml/open.ts');
  const problems = new Problems();
  const { places, readValues } = openYaml(withoutMark(text), problems);
  if (problems.errors > 0) throw refusal(findingsOf(problems, places, request.file));
  const interpolation = new Interpolation(request.environment, problems);
  const values = readValues((written, path) => interpolation.rewrite(written, path));
  const config = await completed({ text, values, interpolations: interpolation.names, places, problems }, request);
  const findings = findingsOf(problems, places, request.file);
  if (!config) throw refusal(findings);
  return { config, warnings: findings };
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

interface Read {
  readonly text: string;
  readonly values: unknown;
  /** Names of the variables that were put in. */
  readonly interpolations: readonly string[];
  readonly places: Review['places'];
  readonly problems: Problems;
}

/** The complete config; `undefined` when something is wrong with it, which `problems` then tells. */
async function completed(read: Read, request: ParseRequest): Promise<Config | undefined> {
  const { text, values, problems, interpolations } = read;
  const isProject = checkAgainst(projectSchema(request.drivers.names), values ?? null, problems);
  if (!isProject || !checkSize(values as SoundConfig, problems)) return undefined;
  const review = reviewed(values as SoundConfig, read, request.known ?? {});
  await checkReferences(review.config, review.known, problems);
  const world = { catalog: request.drivers, known: review.known };
  const answers = await checkDrivers(review.config, review.services, world, problems);
  if (problems.errors > 0) return undefined;
  const { file } = request;
  const origin = { file, root: dirname(file), digest: digestBytes(text), interpolations };
  return completeConfig(values as WrittenConfig, origin, review.byEnvironment, answers);
}

function reviewed(config: SoundConfig, { places, problems }: Read, known: Vocabulary): Review {
  const byEnvironment = servicesByEnvironment(config);
  const services = effectiveServices(config, byEnvironment);
  const review = { config, byEnvironment, services, known, places, problems };
  for (const rule of RULES) rule(review);
  return review;
}

function refusal(findings: readonly Finding[]): DeployerError {
  const errors = findings.filter(({ level }) => level === 'error');
  const [first] = errors;
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'config',
    reason: errors.length === 1 && first ? first.message : `The config has ${count(errors.length, 'problem')}`,
    fix: (errors.length === 1 ? first?.fix : undefined) ?? 'Correct the config; "deployer validate" checks it again',
    ...(first?.place ? { place: first.place } : {}),
    findings,
  });
}
