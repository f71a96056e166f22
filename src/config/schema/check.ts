import type * as z from 'zod/mini';
import { printableLine } from '../../core/text.ts';
import { type Path, type Problems, pathText } from '../problems.ts';
import { KNOWN_KEYS } from './fields.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks values against a schema, adds what is wrong to `problems`, and takes every value that is wrong out of `values`,
 * so that the rules that follow can rely on the types of what is left. Values themselves are never named: one may be a
 * secret at the wrong place.
 */
export function checkAgainst(schema: z.core.$ZodType, values: unknown, problems: Problems, run: SafeParse): void {
  const result = run(schema, values);
  if (result.success) return;
  for (const issue of result.error.issues) addIssue(issue, [], values, problems);
  for (const issue of result.error.issues) removeValue(values, issue);
}

type SafeParse = typeof z.safeParse;

function addIssue(issue: Issue, above: Path, values: unknown, problems: Problems): void {
  const path = [...above, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') addUnknownKeys(issue.keys, path, issue.message, problems);
  else if (issue.code === 'invalid_key') addInvalidKey(path, issue.issues[0]?.message ?? '', problems);
  else if (issue.code === 'invalid_union') addUnion(issue, path, values, problems);
  else if (valueAt(values, path) === undefined) addMissing(path, issue.message, problems);
  else {
    const words = issue.code === 'invalid_value' ? issue.values.filter((value) => typeof value === 'string') : [];
    const suggestion = words.length > 1 ? problems.suggest(String(valueAt(values, path)), words) : {};
    problems.add({ path, message: mustBe(path, issue.message), expected: issue.message, ...suggestion });
  }
}

function addUnknownKeys(keys: readonly string[], path: Path, expected: string, problems: Problems): void {
  const known = expected.slice(KNOWN_KEYS.length).split(', ');
  for (const key of keys) {
    const where = path.length === 0 ? 'the config' : `"${pathText(path)}"`;
    problems.add({
      path: [...path, key],
      at: 'key',
      message: `"${printableLine(key)}" is not a key of ${where}`,
      expected,
      ...problems.suggest(key, known, 'Delete it, or move it to where it belongs'),
    });
  }
}

function addInvalidKey(path: Path, expected: string, problems: Problems): void {
  problems.add({
    path,
    at: 'key',
    message: `The key "${printableLine(String(path.at(-1)))}" must be ${expected}`,
    expected,
  });
}

/** The one form that fits in kind tells more than the list of all forms. */
function addUnion(issue: Issue & { code: 'invalid_union' }, path: Path, values: unknown, problems: Problems): void {
  const near = issue.errors.find((form) => !form.some(isOfOtherKind));
  if (near) for (const inner of near) addIssue(inner, path, values, problems);
  else problems.add({ path, message: mustBe(path, issue.message), expected: issue.message });
}

function isOfOtherKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function addMissing(path: Path, expected: string, problems: Problems): void {
  problems.add({
    path,
    message: `"${pathText(path)}" is missing`,
    expected,
    fix: `Add "${String(path.at(-1))}": ${expected}`,
  });
}

function mustBe(path: Path, expected: string): string {
  return path.length === 0
    ? `The config must be ${expected}`
    : `"${printableLine(pathText(path))}" must be ${expected}`;
}

function valueAt(values: unknown, path: Path): unknown {
  let value = values;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** Lists keep their length: positions in later issues have to stay right. */
function removeValue(values: unknown, issue: Issue): void {
  const path = issue.path as Path;
  const last = path.at(-1);
  const holder = valueAt(values, path.slice(0, -1));
  if (issue.code === 'unrecognized_keys') {
    const section = valueAt(values, path) as Record<string, unknown>;
    for (const key of issue.keys) delete section[key];
  } else if (last !== undefined && typeof holder === 'object' && holder !== null) {
    if (Array.isArray(holder)) holder[Number(last)] = undefined;
    else delete (holder as Record<string, unknown>)[last];
  }
}
