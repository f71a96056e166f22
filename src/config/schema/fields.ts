import * as z from 'zod/mini';
import { parseDuration } from '../../core/duration.ts';
import { isName, isVariableName, NAME_RULE } from '../../core/name.ts';
import { list } from '../../core/text.ts';
import { normalizePath, PATH_RULE } from '../relative-path.ts';

/** What editors are told about a key, beside its type. */
export interface Note {
  readonly description: string;
  readonly pattern?: string;
}

/** Descriptions of all keys, for the JSON Schema. */
export const notes = z.registry<Note>();

/** Gives a schema its description. Every schema instance stands for one key, so that none says what another means. */
export function note<T extends z.core.$ZodType>(description: string, schema: T, pattern?: RegExp): T {
  notes.add(schema, { description, ...(pattern ? { pattern: pattern.source } : {}) } as never);
  return schema;
}

/** In all fields the error message of the schema is the expectation: `a duration such as 30s`. */
function tested(description: string, expected: string, test: (text: string) => boolean, pattern?: RegExp) {
  const schema = z.string({ error: expected }).check(z.refine(test, { error: expected, abort: true }));
  return note(description, schema, pattern);
}

export const EXPECTED_NAME = `a name: ${NAME_RULE}`;
export const EXPECTED_VARIABLE = 'the name of a variable, such as DATABASE_URL';

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export const nameField = (description: string) => tested(description, EXPECTED_NAME, isName, NAME);

export const variableField = (description: string) => tested(description, EXPECTED_VARIABLE, isVariableName, VARIABLE);

/** Keys of maps only tell editors their form: a schema stops at a wrong key, and a rule goes on to what is below it. */
export const nameKey = (description: string) => note(description, z.string(), NAME);

export const variableKey = (description: string) => note(description, z.string(), VARIABLE);

export const anyKey = () => z.string();

export const textField = (description: string, expected = 'a text that is not empty') =>
  tested(description, expected, (text) => text.trim() !== '', /\S/);

export const commandField = (description: string) =>
  textField(description, 'a command, as typed in a shell, such as npm run build');

export const pathField = (description: string) =>
  tested(description, PATH_RULE, (text) => normalizePath(text) !== undefined, /^(?![/~-])[^\\]+$/);

/** A timer of Node fires at once beyond 2³¹ ms, 24.8 days. */
const LONGEST_WAIT = 24 * 86_400_000;

export const durationField = (description: string, longest = LONGEST_WAIT) =>
  tested(
    description,
    `a duration such as 30s, 5m or 1h30m, more than 0 and at most ${longest / 86_400_000}d`,
    (text) => isWithin(parseDuration(text), longest),
    /^(\d+(\.\d+)?(ms|s|m|h|d))+$/,
  );

function isWithin(ms: number | undefined, longest: number): boolean {
  return ms !== undefined && ms > 0 && ms <= longest;
}

export const urlField = (description: string) =>
  tested(description, 'an http:// or https:// URL without a user name', isPlainUrl, /^https?:\/\//);

/** Credentials in a URL end up in logs and process lists. */
function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.password === '';
}

export const urlPathField = (description: string) =>
  tested(description, 'a path that starts with one "/", such as /healthz', isUrlPath, /^\/(?!\/)\S*$/);

export function isUrlPath(text: string): boolean {
  return text.length <= 2048 && /^\/(?![/\\])\S*$/.test(text);
}

export function choiceField<const T extends readonly string[]>(description: string, values: T) {
  return note(description, z.enum(values, { error: `one of ${list(values)}` }));
}

export const wholeField = (description: string, least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return note(
    description,
    z.int({ error: expected }).check(z.gte(least, { error: expected }), z.lte(most, { error: expected })),
  );
};

export const switchField = (description: string) => note(description, z.boolean({ error: 'true or false' }));

export function listField<T extends z.core.$ZodType>(description: string, expected: string, element: T) {
  return note(description, z.array(element, { error: expected }));
}

export function mapField<K extends z.core.$ZodRecordKey, V extends z.core.$ZodType>(
  description: string,
  expected: string,
  [key, value]: readonly [K, V],
) {
  return note(description, z.record(key, value, { error: expected }));
}

/** Starts the message for unknown keys; the names that are known follow it. */
export const KNOWN_KEYS = 'one of the keys ';

/** A map with a fixed set of keys. */
export function sectionField<S extends z.core.$ZodLooseShape>(description: string, shape: S) {
  const keys = KNOWN_KEYS + Object.keys(shape).join(', ');
  const error = (issue: { readonly code?: string }) =>
    issue.code === 'unrecognized_keys' ? keys : 'a map of keys and values';
  return note(description, z.strictObject(shape, { error }));
}

/** Several forms of one thing; `expected` names them all. */
export function formsField<const T extends readonly z.core.$ZodType[]>(
  description: string,
  expected: string,
  forms: T,
) {
  return note(description, z.union(forms, { error: expected }));
}
