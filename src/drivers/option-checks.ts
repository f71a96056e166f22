import type { OptionsCheck } from '../core/driver.ts';
import { parseDuration } from '../core/duration.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { nearest } from '../core/name.ts';

/** What is wrong with one option. */
export interface OptionProblem {
  readonly message: string;
  readonly expected?: string;
  readonly fix?: string;
}

/** The value to go on with, a problem, or neither: as if it had been left out. */
export interface OptionCheck {
  readonly value?: Json;
  readonly problem?: OptionProblem;
}

export interface OptionRules {
  readonly driver: string;
  readonly checks: Readonly<Record<string, (value: unknown) => OptionCheck>>;
  readonly defaults: JsonObject;
}

const LONGEST = 3_600_000;

/** Checks what the owner wrote and fills in what was left out; all problems at once. */
export function checkAll(written: unknown, { driver, checks, defaults }: OptionRules): OptionsCheck {
  if (written !== undefined && written !== null && !isObject(written))
    return { ok: false, problems: [{ path: [], message: 'is not a mapping', expected: 'options by name' }] };
  const checked = Object.entries(written ?? {}).map(([key, value]) => {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (!check) return { key, ...unknownOption(driver, key, Object.keys(checks)) };
    return { key, ...(value === null ? {} : check(value)) };
  });
  const problems = checked.flatMap(({ key, problem }) => (problem ? [{ path: [key], ...problem }] : []));
  if (problems.length > 0) return { ok: false, problems };
  const given = checked.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]));
  return { ok: true, options: { ...defaults, ...Object.fromEntries(given) } };
}

function unknownOption(driver: string, key: string, known: readonly string[]): OptionCheck {
  const meant = nearest(key, known);
  return {
    problem: {
      message: `is not an option of the ${driver} driver`,
      expected: `one of ${known.join(', ')}`,
      ...(meant ? { fix: `Did you mean ${meant}?` } : {}),
    },
  };
}

export function wrong(message: string, expected: string): OptionCheck {
  return { problem: { message, expected } };
}

/** A text of one form. */
export function matching(pattern: RegExp, message: string, expected: string): (value: unknown) => OptionCheck {
  return (value) => (typeof value === 'string' && pattern.test(value) ? { value } : wrong(message, expected));
}

export function oneOf(...words: readonly string[]): (value: unknown) => OptionCheck {
  return (value) =>
    words.some((word) => word === value) ? { value: value as string } : wrong('is not known', words.join(' or '));
}

export function innerPath(expected: string): (value: unknown) => OptionCheck {
  return (value) => (isInnerPath(value) ? { value } : wrong('is not a path', expected));
}

export function checkPort(value: unknown): OptionCheck {
  return isPort(value) ? { value } : wrong('is not a port', 'a whole number from 1 to 65535');
}

export function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

export function checkFlag(value: unknown): OptionCheck {
  return typeof value === 'boolean' ? { value } : wrong('is neither true nor false', 'true or false');
}

export function checkDuration(value: unknown): OptionCheck {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  const right = ms !== undefined && ms <= LONGEST;
  return right ? { value: ms } : wrong('is not a duration of at most an hour', 'a duration such as 30s');
}

/** Relative, with `/`, and not climbing out. */
export function isInnerPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/^\/|\\|\0|(^|\/)\.\.(\/|$)/.test(value);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How a duration stands in a schema. */
export function durationSchema(text: string, description: string): JsonObject {
  return { type: 'string', pattern: '^([0-9.]+(ms|s|m|h))+$', default: text, description };
}
