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
import type { Vocabulary } from './rules/rule.ts';
import { RULES } from './rules/rules.ts';
import { checkAgainst } from './schema/check.ts';
import { projectSchema, type WrittenConfig } from './schema/project.ts';
import { checkCharacters } from './yaml/characters.ts';
import { composeYaml } from './yaml/compose.ts';
import { Places } from './yaml/places.ts';
import { readValues } from './yaml/values.ts';

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
 */
export async function parseConfig(text: string, request: ParseRequest): Promise<LoadedConfig> {
  if (text.length > SIZE_LIMIT) throw tooLarge(request.file);
  const problems = new Problems();
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const root = checkCharacters(body, problems) ? composeYaml(body, problems) : undefined;
  const places = new Places(body, root);
  refuseProblems(problems, places, request.file);

  const interpolation = new Interpolation(request.environment, problems);
  const values = readValues(root, (written, path) => interpolation.rewrite(written, path), problems);
  const isProject = checkAgainst(projectSchema(request.drivers.names), values ?? null, problems);
  if (!isProject || !checkSize(values as SoundConfig, problems)) refuseProblems(problems, places, request.file);
  const review = reviewed(values as SoundConfig, places, problems, request.known ?? {});
  const options = await checkDrivers(review.config, review.services, request.drivers, problems);
  refuseProblems(problems, places, request.file);

  const origin = {
    file: request.file,
    root: dirname(request.file),
    digest: digestBytes(text),
    interpolations: interpolation.names,
  };
  const config = completeConfig(values as WrittenConfig, origin, review.byEnvironment, options);
  return { config, warnings: findingsOf(problems, places, request.file) };
}

function reviewed(config: SoundConfig, places: Places, problems: Problems, known: Vocabulary) {
  const byEnvironment = servicesByEnvironment(config);
  const services = effectiveServices(config, byEnvironment);
  const review = { config, byEnvironment, services, known, places, problems };
  for (const rule of RULES) rule(review);
  return review;
}

function refuseProblems(problems: Problems, places: Places, file: string): void {
  if (problems.errors === 0) return;
  const findings = findingsOf(problems, places, file);
  const errors = findings.filter(({ level }) => level === 'error');
  const [first] = errors;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'config',
    reason: errors.length === 1 && first ? first.message : `The config has ${count(errors.length, 'problem')}`,
    fix: (errors.length === 1 ? first?.fix : undefined) ?? 'Correct the config; "deployer validate" checks it again',
    ...(first?.place ? { place: first.place } : {}),
    findings,
  });
}
