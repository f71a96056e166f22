import * as z from 'zod/mini';
import { printableLine } from '../../core/text.ts';
import { type Problems, pathText } from '../problems.ts';
import type { Field, Shape, ValueField } from './form.ts';

type Values = Record<string, unknown>;

/**
 * Checks values against what the config may hold and adds what is wrong to `problems`; tells whether the whole is of the
 * right kind. Every value that is wrong is taken out of `values`, so that the rules that follow can rely on the types of
 * what is left; lists keep their length. Values are never named in a message: one may be a secret at the wrong place.
 */
export function checkAgainst(field: Field, values: unknown, problems: Problems): boolean {
  return new Checker(problems).accepts(field, values);
}

class Checker {
  readonly #problems: Problems;
  readonly #path: (string | number)[] = [];
  readonly #needed = new Map<Shape, readonly string[]>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Whether a value is of the kind that is wanted; what is wrong within it is taken out of it. */
  accepts(field: Field, value: unknown): boolean {
    if (field.kind === 'forms') return this.#acceptsForm(field, field.forms, value);
    if (field.kind === 'section' && isMap(value)) this.#section(field.shape, value);
    else if (field.kind === 'map' && isMap(value)) this.#entries(field.key, field.element, value);
    else if (field.kind === 'list' && Array.isArray(value)) this.#items(field.element, value);
    else if (field.kind !== 'value' || !isRight(field, value)) return this.#wrong(field, value);
    return true;
  }

  /** The one form that fits in kind tells more than the list of all forms. */
  #acceptsForm(field: Field, forms: readonly Field[], value: unknown): boolean {
    const kind = kindOf(value);
    const form = forms.find((candidate) => kindOfForm(candidate) === kind);
    return form ? this.accepts(form, value) : this.#wrong(field, value);
  }

  #section(shape: Shape, map: Values): void {
    for (const key of this.#neededIn(shape)) {
      if (!(key in map)) this.#missing(key, fieldAt(shape, key));
    }
    for (const key of Object.keys(map)) {
      const field = Object.hasOwn(shape, key) ? fieldAt(shape, key) : undefined;
      this.#path.push(key);
      if (!field) this.#unknownKey(key, Object.keys(shape));
      if (!field || !this.accepts(field, map[key])) delete map[key];
      this.#path.pop();
    }
  }

  /** A wrong key does not hide what is wrong below it. */
  #entries(name: Field, element: Field, map: Values): void {
    for (const key of Object.keys(map)) {
      this.#path.push(key);
      if (!this.accepts(element, map[key])) delete map[key];
      if (name.kind === 'value' && !isRight(name, key)) this.#wrongKey(key, name.expected);
      this.#path.pop();
    }
  }

  #items(element: Field, list: unknown[]): void {
    for (const [index, item] of list.entries()) {
      this.#path.push(index);
      if (!this.accepts(element, item)) list[index] = undefined;
      this.#path.pop();
    }
  }

  #wrong(field: Field, value: unknown): false {
    // What could not be read right is reported already.
    if (this.#problems.errors > 0 && this.#problems.touches(this.#path)) return false;
    const { expected } = field;
    const where = this.#path.length === 0 ? 'The config' : `"${printableLine(pathText(this.#path))}"`;
    this.#problems.add({
      path: [...this.#path],
      message: `${where} must be ${expected}`,
      expected,
      ...(field.kind === 'value' && field.values && typeof value === 'string'
        ? this.#problems.suggest(value, field.values)
        : {}),
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

  #missing(key: string, { expected }: { readonly expected: string }): void {
    const path = [...this.#path, key];
    const message = `"${printableLine(pathText(path))}" is missing`;
    this.#problems.add({ path, message, expected, fix: `Add "${key}": ${expected}` });
  }

  #neededIn(shape: Shape): readonly string[] {
    const known = this.#needed.get(shape);
    if (known) return known;
    const needed = Object.keys(shape).filter((key) => shape[key]?.kind !== 'optional');
    this.#needed.set(shape, needed);
    return needed;
  }
}

function fieldAt(shape: Shape, key: string): Field {
  const field = shape[key] as Shape[string];
  return field.kind === 'optional' ? field.field : field;
}

/** What is plainly right needs no schema. */
function isRight({ isPlainly, schema }: ValueField, value: unknown): boolean {
  return isPlainly(value) || z.safeParse(schema(), value).success;
}

function isMap(value: unknown): value is Values {
  return kindOf(value) === 'map';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? 'map' : typeof value;
}

function kindOfForm(field: Field): string {
  if (field.kind === 'list') return 'list';
  return field.kind === 'value' ? field.of : 'map';
}
