import * as z from 'zod/mini';
import { parseDuration } from '../../core/duration.ts';
import { isName, isVariableName, NAME_RULE } from '../../core/name.ts';
import { list } from '../../core/text.ts';
import { normalizePath, PATH_RULE } from '../relative-path.ts';

/** What editors are told about a key, as members of its JSON Schema. Our own checks are functions they cannot see. */
export interface Note {
  readonly description: string;
  readonly type?: 'integer';
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Notes on all keys, for the JSON Schema. */
export const notes = z.registry<Note>();

/** Gives a schema its description. An instance only stands for keys of one meaning: a service's and its override's. */
export function note<T extends z.core.$ZodType>(
  description: string,
  schema: T,
  more: Omit<Note, 'description'> = {},
): T {
  notes.add(schema, { description, ...more } as never);
  return schema;
}

/**
 * A text that passes a test. In all fields the error message of the schema is the expectation: `a duration such as 30s`.
 * A plain function is the cheapest check to build, and building the schema is most of what checking a small config costs.
 */
export function testedField(description: string, expected: string, test: (text: string) => boolean, pattern?: RegExp) {
  const schema = z.string({ error: expected }).check(({ value, issues }) => {
    if (!test(value)) issues.push({ code: 'custom', input: value, message: expected });
  });
  return note(description, schema, pattern ? { pattern: pattern.source } : {});
}

/** For editors: the value may come from a variable, and they cannot know what it holds. */
function orVariable(form: RegExp): RegExp {
  return new RegExp(`(?:${form.source})|\\$\\{env:`);
}

const EXPECTED_NAME = `a name: ${NAME_RULE}`;
const EXPECTED_VARIABLE = 'the name of a variable, such as DATABASE_URL';

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export const nameField = (description: string) => testedField(description, EXPECTED_NAME, isName, orVariable(NAME));

export const variableField = (description: string) =>
  testedField(description, EXPECTED_VARIABLE, isVariableName, orVariable(VARIABLE));

export const anyKey = () => note('Name of an option.', z.string());

export const textField = (description: string, expected = 'a text that is not empty') =>
  testedField(description, expected, (text) => text.trim() !== '', /\S/);

export const commandField = (description: string) =>
  textField(description, 'a command, as typed in a shell, such as npm run build');

export const pathField = (description: string) =>
  testedField(description, PATH_RULE, (text) => normalizePath(text) !== undefined, orVariable(/^(?![/~-])[^\\]+$/));

/** A timer of Node fires at once beyond 2³¹ ms, 24.8 days. */
const LONGEST_WAIT = 24 * 86_400_000;

export const durationField = (description: string, longest = LONGEST_WAIT) =>
  testedField(
    description,
    `a duration such as 30s, 5m or 1h30m, more than 0 and at most ${longest / 86_400_000}d`,
    (text) => isWithin(parseDuration(text), longest),
    orVariable(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/),
  );

function isWithin(ms: number | undefined, longest: number): boolean {
  return ms !== undefined && ms > 0 && ms <= longest;
}

export const urlField = (description: string) =>
  testedField(description, 'an http:// or https:// URL without a user name', isPlainUrl, orVariable(/^https?:\/\//));

/** Credentials in a URL end up in logs and process lists. */
export function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.password === '';
}

export const urlPathField = (description: string) =>
  testedField(description, 'a path that starts with one "/", such as /healthz', isUrlPath, orVariable(/^\/(?!\/)\S*$/));

export function isUrlPath(text: string): boolean {
  return text.length <= 2048 && /^\/(?![/\\])\S*$/.test(text);
}

export function choiceField<const T extends readonly string[]>(description: string, values: T) {
  return note(description, z.enum(values, { error: `one of ${list(values)}` }));
}

export function wholeField(description: string, minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return numberField(description, expected, { type: 'integer', minimum, maximum });
}

export function numberField(description: string, expected: string, range: Omit<Note, 'description' | 'pattern'>) {
  const schema = z.number({ error: expected }).check(({ value, issues }) => {
    if (!isInRange(value, range)) issues.push({ code: 'custom', input: value, message: expected });
  });
  return note(description, schema, range);
}

function isInRange(value: number, { type, minimum = value, maximum = value }: Omit<Note, 'description'>): boolean {
  return value >= minimum && value <= maximum && (type !== 'integer' || Number.isInteger(value));
}

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

/** A map with a fixed set of keys. */
export function sectionField<S extends z.core.$ZodLooseShape>(description: string, shape: S) {
  return note(description, z.strictObject(shape, { error: 'a map of keys and values' }));
}

/** Several forms of one thing; `expected` names them all. */
export function formsField<const T extends readonly z.core.$ZodType[]>(
  description: string,
  expected: string,
  forms: T,
) {
  return note(description, z.union(forms, { error: expected }));
}
