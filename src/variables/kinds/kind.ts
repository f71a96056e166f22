import type { Mode } from '../../core/config.ts';

/** What is wrong with a value. No text of it may hold the value or a part of it. */
export interface Flaw {
  readonly level: 'error' | 'warning';
  /** Completes a sentence that begins with the name of the variable: `names no host`. */
  readonly what: string;
  /** What would have been right. */
  readonly expected?: string;
  /** Left out: correct the value. */
  readonly fix?: string;
  /** Such values are meant where nothing real is at stake, for mocks and emulators: there it is no more than a warning. */
  readonly standIn?: true;
}

/** One kind of value: what it is, and what is wrong with one. */
export interface Kind {
  /** What a right value is: `an http:// or https:// URL`. */
  readonly expected: string;
  /** Pure, linear in the length of the value; never throws. */
  flaw(value: string, mode: Mode): Flaw | undefined;
}

/** What cannot work. */
export function wrong(what: string, expected?: string): Flaw {
  return { level: 'error', what, ...(expected === undefined ? {} : { expected }) };
}

/** What cannot work with the real thing. */
export function standIn(what: string, expected?: string): Flaw {
  return { ...wrong(what, expected), standIn: true };
}

/** What is likely a mistake, and may be meant. */
export function doubtful(what: string, expected?: string): Flaw {
  return { ...wrong(what, expected), level: 'warning' };
}
