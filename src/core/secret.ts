/** What stands in place of a value. */
export const HIDDEN = '[secret]';

/**
 * A value that goes through the tool but never into anything it writes. Printing, serialising, inspecting or
 * interpolating it yields `[secret]`; only `reveal` gives the text, at the moment a platform or a child needs it.
 * JavaScript cannot wipe strings from memory; dropping the reference is all that is promised.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}

/** A variable's value: plain text, or wrapped when it came from a secret reference. */
export type VariableValue = string | Secret;

/** Variables by name, as handed to builds, processes and platforms. */
export type Variables = Readonly<Record<string, VariableValue>>;

/** The plain text of a value, for the one call that needs it. */
export function reveal(value: VariableValue): string {
  return value instanceof Secret ? value.reveal() : value;
}

/** Variables as a child process takes them. */
export function revealAll(variables: Variables): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, reveal(value)]));
}
