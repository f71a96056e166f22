import type * as z from 'zod/mini';

/**
 * What may stand at a place of the config: plain data, cheap to make, since a command needs few of all the keys there are.
 * Single values are checked by zod, whose schemas are made when the first such value comes.
 */
export type Field<T = unknown> = (ValueField | SectionField | MapField | ListField | FormsField) & {
  /** Never there: carries the type. */
  readonly holds?: T;
};

interface Described {
  readonly description: string;
  /** Completes "… must be": `a duration such as 30s`. */
  readonly expected: string;
}

/** A text, a number, a truth value. */
export interface ValueField extends Described {
  readonly kind: 'value';
  readonly of: Basic;
  readonly schema: () => z.core.$ZodType;
  /** Whether the schema is sure to take the value; spares a command with a config that is right from making schemas. */
  readonly isPlainly: (value: unknown) => boolean;
  /** The only values there are. */
  readonly values?: readonly string[];
  /** What only editors need. */
  readonly hints?: Hints;
}

export type Basic = 'string' | 'number' | 'boolean' | 'anything';

/** Members of a JSON Schema. Our own checks are functions that editors cannot see. */
export interface Hints {
  readonly type?: 'integer';
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A map with a fixed set of keys. */
export interface SectionField extends Described {
  readonly kind: 'section';
  readonly shape: Shape;
}

/** A map whose keys the owner chooses. */
export interface MapField extends Described {
  readonly kind: 'map';
  readonly key: Field<string>;
  readonly element: Field;
}

export interface ListField extends Described {
  readonly kind: 'list';
  readonly element: Field;
}

/** Several forms of one thing, each of another kind; `expected` names them all. */
export interface FormsField extends Described {
  readonly kind: 'forms';
  readonly forms: readonly Field[];
}

export type Shape = Readonly<Record<string, Field | Optional>>;

/** A key that may be left out. */
export interface Optional<F extends Field = Field> {
  readonly kind: 'optional';
  readonly field: F;
}

export function optional<F extends Field>(field: F): Optional<F> {
  return { kind: 'optional', field };
}

/** What a field holds, once it is checked. */
export type Held<F> = F extends { readonly holds?: infer T } ? T : never;

type Needed<S extends Shape> = { [K in keyof S]: S[K] extends Optional ? never : K }[keyof S];

/** What a section holds, once it is checked. */
export type HeldBy<S extends Shape> = { [K in Needed<S>]: Held<S[K]> } & {
  [K in Exclude<keyof S, Needed<S>>]?: (S[K] extends Optional<infer F> ? Held<F> : never) | undefined;
} extends infer O
  ? { [K in keyof O]: O[K] }
  : never;

export function sectionField<S extends Shape>(description: string, shape: S): SectionField & Field<HeldBy<S>> {
  return { kind: 'section', description, expected: 'a map of keys and values', shape };
}

export function mapField<T>(
  description: string,
  expected: string,
  [key, element]: readonly [Field<string>, Field<T>],
): Field<Record<string, T>> {
  return { kind: 'map', description, expected, key, element };
}

export function listField<T>(description: string, expected: string, element: Field<T>): Field<T[]> {
  return { kind: 'list', description, expected, element };
}

export function formsField<const F extends readonly Field[]>(
  description: string,
  expected: string,
  forms: F,
): Field<Held<F[number]>> {
  return { kind: 'forms', description, expected, forms };
}
