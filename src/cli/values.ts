import type { OptionValues } from './command.ts';

/** Reads the value of a command's own option: a text, a number, a list, or whether it was given. */
export function textOf(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(options: OptionValues, name: string): number | undefined {
  const value = options[name];
  return typeof value === 'number' ? value : undefined;
}

/** `undefined` when it was not given. */
export function listOf(options: OptionValues, name: string): readonly string[] | undefined {
  const value = options[name];
  return Array.isArray(value) ? value : undefined;
}

export function flagOf(options: OptionValues, name: string): true | undefined {
  return options[name] === true ? true : undefined;
}

/** Only the members that have a value: a request tells a missing member from one that is `undefined`. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
