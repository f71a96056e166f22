import { parseEnv } from 'node:util';
import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import type { SecretReference } from '../core/provider.ts';
import { Secret } from '../core/secret.ts';

/** What a store gave, by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** The members of a JSON object; `undefined` for any other text. */
export function jsonFields(text: string): Fields | undefined {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A value as a map; `undefined` for one that is none. */
export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The variables of a file that holds either a JSON object or dotenv lines; `undefined` for JSON that is not whole. */
export function fileFields(text: string): Fields | undefined {
  return text.trimStart().startsWith('{') ? jsonFields(text) : parseEnv(text);
}

/** The member that a reference names. Throws `MISSING_ENV` for none or an empty one, `INVALID_ENV` for one that is no text. */
export function fieldOf({ text, key = '' }: SecretReference, fields: Fields): Secret {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (value === undefined || value === null || value === '')
    throw missing(text, key, { isEmpty: value !== undefined, names: Object.keys(fields) });
  if (!isExact(value)) throw noText(text);
  return new Secret(String(value));
}

/** Numbers with a point or many digits are not written again as they were. */
function isExact(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

/** Whether something in it has digits that JavaScript's numbers do not hold: they would be written back as others. */
export function holdsInexact(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsInexact);
  return typeof value === 'number' && !Number.isSafeInteger(value) && String(value).replace(/\D/g, '').length > 15;
}

/** For a place that holds one; `otherwise` says how a key is set there by other means. */
export function inexactBeside(what: string, otherwise: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    reason: `${what} holds a number with too many digits to be written back as it is`,
    fix: `${otherwise}, or keep the number as a text, in quotes`,
  });
}

interface Lack {
  readonly isEmpty: boolean;
  readonly names: readonly string[];
}

function missing(text: string, key: string, { isEmpty, names }: Lack): DeployerError {
  const close = nearest(key, names);
  return new DeployerError({
    code: 'MISSING_ENV',
    reason: isEmpty ? `${text} is empty` : `${text}: nothing there has the name ${key}`,
    fix: !isEmpty && close ? `Did you mean #${close}?` : `Add ${key} there`,
  });
}

function noText(text: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    reason: `${text} is neither a text nor a whole number`,
    fix: 'Keep it as a text, in quotes',
  });
}
