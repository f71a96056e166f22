import { isName, isVariableName } from '../../core/name.ts';
import { printableLine } from '../../core/text.ts';
import type { Path, Problems } from '../problems.ts';
import { EXPECTED_NAME, EXPECTED_VARIABLE } from '../schema/fields.ts';
import type { Review } from './rule.ts';

/** Keys that are names have the form of names. */
export function checkNames({ config, problems }: Review): void {
  checkKeys(['services'], config.services, NAMES, problems);
  checkKeys(['databases'], config.databases, NAMES, problems);
  checkKeys(['environments'], config.environments, NAMES, problems);
  for (const [name, environment] of Object.entries(config.environments ?? {})) {
    for (const section of ['variables', 'secrets', 'flags'] as const) {
      checkKeys(['environments', name, section], environment[section], VARIABLES, problems);
    }
  }
}

const NAMES = { test: isName, expected: EXPECTED_NAME };
const VARIABLES = { test: isVariableName, expected: EXPECTED_VARIABLE };

function checkKeys(path: Path, map: object | undefined, form: typeof NAMES, problems: Problems): void {
  for (const key of Object.keys(map ?? {})) {
    if (form.test(key)) continue;
    const message = `"${printableLine(key)}" must be ${form.expected}`;
    problems.add({ path: [...path, key], at: 'key', message, expected: form.expected });
  }
}
