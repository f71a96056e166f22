import * as z from 'zod/mini';
import { printableLine } from '../../core/text.ts';
import { type Problems, pathText } from '../problems.ts';

type Schema = z.core.$ZodTypes;
type Fields = Record<string, unknown>;

/**
 * Checks values against a schema and adds what is wrong to `problems`; tells whether the whole is of the right kind.
 * Every value that is wrong is taken out of `values`, so that the rules that follow can rely on the types of what is
 * left; lists keep their length. Values are never named in a message: one may be a secret at the wrong place.
 *
 * Maps, lists and forms are walked here and only single fields go through zod: it would run the schema of each key that
 * a map may have, most of which are absent, and this is what checking many services would cost.
 */
export function checkAgainst(schema: z.core.$ZodType, values: unknown, problems: Problems): boolean {
  return new Checker(problems).accepts(schema as Schema, values);
}

class Checker {
  readonly #problems: Problems;
  readonly #path: (string | number)[] = [];
  readonly #required = new Map<Schema, readonly string[]>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Whether a value is of the kind that the schema wants; what is wrong within it is taken out of it. */
  accepts(schema: Schema, value: unknown): boolean {
    const { def } = schema._zod;
    if (def.type === 'optional') return this.accepts(def.innerType as Schema, value);
    if (def.type === 'union') return this.#acceptsForm(schema, def.options as readonly Schema[], value);
    if (def.type === 'object' && isMap(value)) this.#section(schema, def.shape as Record<string, Schema>, value);
    else if (def.type === 'record' && isMap(value))
      this.#entries(def.keyType as Schema, def.valueType as Schema, value);
    else if (def.type === 'array' && Array.isArray(value)) this.#items(def.element as Schema, value);
    else return this.#field(schema, value);
    return true;
  }

  /** The one form that fits in kind tells more than the list of all forms. */
  #acceptsForm(schema: Schema, forms: readonly Schema[], value: unknown): boolean {
    const kind = kindOf(value);
    const form = forms.find((candidate) => kindOfForm(candidate) === kind);
    return form ? this.accepts(form, value) : this.#field(schema, value);
  }

  #section(schema: Schema, shape: Readonly<Record<string, Schema>>, map: Fields): void {
    for (const key of this.#requiredIn(schema, shape)) {
      if (!(key in map)) this.#missing(key, shape[key] as Schema);
    }
    for (const key of Object.keys(map)) {
      const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
      this.#path.push(key);
      if (!field) this.#unknownKey(key, Object.keys(shape));
      if (!field || !this.accepts(field, map[key])) delete map[key];
      this.#path.pop();
    }
  }

  /** A wrong key does not hide what is wrong below it. */
  #entries(name: Schema, element: Schema, map: Fields): void {
    for (const key of Object.keys(map)) {
      this.#path.push(key);
      const expected = expectation(name, key);
      if (!this.accepts(element, map[key])) delete map[key];
      if (expected !== undefined) this.#wrongKey(key, expected);
      this.#path.pop();
    }
  }

  #items(element: Schema, list: unknown[]): void {
    for (const [index, item] of list.entries()) {
      this.#path.push(index);
      if (!this.accepts(element, item)) list[index] = undefined;
      this.#path.pop();
    }
  }

  #field(schema: Schema, value: unknown): boolean {
    // What could not be read right is reported already.
    if (this.#problems.errors > 0 && this.#problems.touches(this.#path)) return false;
    const expected = expectation(schema, value);
    if (expected === undefined) return true;
    const { def } = schema._zod;
    const isMisspelt = def.type === 'enum' && typeof value === 'string';
    const where = this.#path.length === 0 ? 'The config' : `"${printableLine(pathText(this.#path))}"`;
    this.#problems.add({
      path: [...this.#path],
      message: `${where} must be ${expected}`,
      expected,
      ...(isMisspelt ? this.#problems.suggest(value, Object.keys(def.entries)) : {}),
    });
    return false;
  }

  #wrongKey(key: string, expected: string): void {
    const message = `"${printableLine(key)}" must be ${expected}`;
    this.#problems.add({ path: [...this.#path], at: 'key', message, expected });
  }

  #unknownKey(key: string, known: readonly string[]): void {
    const above = this.#path.slice(0, -1);
    const where = above.length === 0 ? 'the config' : `"${printableLine(pathText(above))}"`;
    this.#problems.add({
      path: [...this.#path],
      at: 'key',
      message: `"${printableLine(key)}" is not a key of ${where}`,
      expected: `one of the keys ${known.join(', ')}`,
      ...this.#problems.suggest(key, known, 'Delete it, or move it to where it belongs'),
    });
  }

  #missing(key: string, schema: Schema): void {
    const path = [...this.#path, key];
    const expected = expectation(schema, undefined) ?? 'a value';
    const message = `"${printableLine(pathText(path))}" is missing`;
    this.#problems.add({ path, message, expected, fix: `Add "${key}": ${expected}` });
  }

  #requiredIn(schema: Schema, shape: Readonly<Record<string, Schema>>): readonly string[] {
    const known = this.#required.get(schema);
    if (known) return known;
    const required = Object.keys(shape).filter((key) => shape[key]?._zod.def.type !== 'optional');
    this.#required.set(schema, required);
    return required;
  }
}

/** What the schema expects instead of the value; `undefined` when it is right. */
function expectation(schema: Schema, value: unknown): string | undefined {
  return z.safeParse(schema, value).error?.issues[0]?.message;
}

function isMap(value: unknown): value is Fields {
  return kindOf(value) === 'map';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? 'map' : typeof value;
}

function kindOfForm({ _zod: { def } }: Schema): string {
  if (def.type === 'object' || def.type === 'record') return 'map';
  if (def.type === 'array') return 'list';
  return def.type === 'literal' ? typeof def.values[0] : def.type;
}
