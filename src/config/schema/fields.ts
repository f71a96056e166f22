import * as z from 'zod/mini';
import { parseDuration } from '../../core/duration.ts';
import { isName, isVariableName, NAME_RULE } from '../../core/name.ts';
import { compilePattern, PATTERN_RULE } from '../../core/pattern/pattern.ts';
import { list } from '../../core/text.ts';
import { normalizePath, PATH_RULE } from '../relative-path.ts';
import type { Basic, Field, Hints } from './form.ts';

/** A schema is most of what checking a small config costs: one does for all fields of its kind, from the first value on. */
function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
}

/** A kind of text. Gives the field that holds it, by its description. */
export function textKind(expected: string, test: (text: string) => boolean, pattern?: RegExp) {
  const schema = once(() => z.string({ error: expected }).check(tested(test, expected)));
  const isPlainly = (value: unknown) => typeof value === 'string' && test(value);
  const hints = pattern ? { pattern: pattern.source } : {};
  return (description: string): Field<string> => ({
    kind: 'value',
    of: 'string',
    description,
    expected,
    schema,
    isPlainly,
    hints,
  });
}

/** A plain function is the cheapest check to build. */
function tested<T>(test: (value: T) => boolean, expected: string) {
  return ({ value, issues }: z.core.ParsePayload<T>) => {
    if (!test(value)) issues.push({ code: 'custom', input: value, message: expected });
  };
}

/** For editors: the value may come from a variable, and they cannot know what it holds. */
function orVariable(form: RegExp): RegExp {
  return new RegExp(`(?:${form.source})|\\$\\{env:`);
}

const EXPECTED_NAME = `a name: ${NAME_RULE}`;
const EXPECTED_VARIABLE = 'the name of a variable, such as DATABASE_URL';

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export const nameField = textKind(EXPECTED_NAME, isName, orVariable(NAME));

export const variableField = textKind(EXPECTED_VARIABLE, isVariableName, orVariable(VARIABLE));

export const keyField = textKind('a text', () => true);

export const textField = textKind('a text that is not empty', isFilled, /\S/);

export const patternField = textKind(PATTERN_RULE, (text) => typeof compilePattern(text) !== 'string');

export const commandField = textKind('a command, as typed in a shell, such as npm run build', isFilled, /\S/);

function isFilled(text: string): boolean {
  return text.trim() !== '';
}

export const pathField = textKind(
  PATH_RULE,
  (text) => normalizePath(text) !== undefined,
  orVariable(/^(?![/~-])[^\\]+$/),
);

/** A timer of Node fires at once beyond 2³¹ ms, 24.8 days. */
const LONGEST_WAIT = 24 * 86_400_000;

export const durationField = durationKind(LONGEST_WAIT);

export function durationKind(longest: number) {
  return textKind(
    `a duration such as 30s, 5m or 1h30m, more than 0 and at most ${longest / 86_400_000}d`,
    (text) => isWithin(parseDuration(text), longest),
    orVariable(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/),
  );
}

function isWithin(ms: number | undefined, longest: number): boolean {
  return ms !== undefined && ms > 0 && ms <= longest;
}

export const urlField = textKind(
  'an http:// or https:// URL without a user name',
  isPlainUrl,
  orVariable(/^https?:\/\//),
);

/** Credentials in a URL end up in logs and process lists. */
export function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.password === '';
}

export const urlPathField = textKind(
  'a path that starts with one "/", such as /healthz',
  isUrlPath,
  orVariable(/^\/(?!\/)\S*$/),
);

export function isUrlPath(text: string): boolean {
  return text.length <= 2048 && /^\/(?![/\\])\S*$/.test(text);
}

export function choiceField<const T extends readonly string[]>(description: string, values: T): Field<T[number]> {
  const expected = `one of ${list(values)}`;
  const schema = once(() => z.enum(values, { error: expected }));
  const isPlainly = (value: unknown) => values.some((known) => known === value);
  return { kind: 'value', of: 'string', description, expected, schema, isPlainly, values };
}

export function literalField<const T extends string | number | boolean>(
  description: string,
  { value, expected }: { readonly value: T; readonly expected: string },
): Field<T> {
  const of = typeof value as Basic;
  const schema = once(() => z.literal(value, { error: expected }));
  return { kind: 'value', of, description, expected, schema, isPlainly: (given) => given === value };
}

export function wholeField(description: string, minimum: number, maximum: number): Field<number> {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return numberField(description, expected, { type: 'integer', minimum, maximum });
}

export function numberField(description: string, expected: string, hints: Omit<Hints, 'pattern'>): Field<number> {
  const isRight = (value: number) => isInRange(value, hints);
  const schema = once(() => z.number({ error: expected }).check(tested(isRight, expected)));
  const isPlainly = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && isRight(value);
  return { kind: 'value', of: 'number', description, expected, schema, isPlainly, hints };
}

function isInRange(value: number, { type, minimum = value, maximum = value }: Hints): boolean {
  return value >= minimum && value <= maximum && (type !== 'integer' || Number.isInteger(value));
}

const SWITCH = 'true or false';
const switchSchema = once(() => z.boolean({ error: SWITCH }));

const isBoolean = (value: unknown) => typeof value === 'boolean';

export function switchField(description: string): Field<boolean> {
  return { kind: 'value', of: 'boolean', description, expected: SWITCH, schema: switchSchema, isPlainly: isBoolean };
}

const SCALAR = 'a text, a number, true or false';
const scalarSchema = once(() => z.union([z.string(), z.number(), z.boolean()], { error: SCALAR }));

const isScalar = (value: unknown) => typeof value === 'string' || isBoolean(value) || Number.isFinite(value);

export function scalarField(description: string): Field<string | number | boolean> {
  return { kind: 'value', of: 'anything', description, expected: SCALAR, schema: scalarSchema, isPlainly: isScalar };
}

const anythingSchema = once(() => z.unknown());

/** What somebody else checks. */
export function anythingField(description: string): Field {
  return {
    kind: 'value',
    of: 'anything',
    description,
    expected: 'anything',
    schema: anythingSchema,
    isPlainly: () => true,
  };
}
