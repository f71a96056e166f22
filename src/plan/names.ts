/** How two sets of named values differ; each list sorted. */
export interface NameDifference {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

/** Compares values by identity: fingerprints, plain variables, references, flags. */
export function difference(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): NameDifference {
  // Maps, because a variable may be called `constructor` or `__proto__`.
  const before = new Map(Object.entries(from));
  const after = new Map(Object.entries(to));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)).sort(),
    updated: [...after.keys()].filter((name) => before.has(name) && before.get(name) !== after.get(name)).sort(),
    removed: [...before.keys()].filter((name) => !after.has(name)).sort(),
  };
}

/** All names that differ, sorted. */
export function differing({ added, updated, removed }: NameDifference): string[] {
  return [...added, ...updated, ...removed].sort();
}

/** `+ NEW`, `~ CHANGED`, `- GONE`. */
export function signed({ added, updated, removed }: NameDifference): string[] {
  return [
    ...added.map((name) => `+ ${name}`),
    ...updated.map((name) => `~ ${name}`),
    ...removed.map((name) => `- ${name}`),
  ];
}

const NAMED = 5;

/** `variable A changed`, `variables changed: A, B`; more than five are counted, since `changes` lists them all. */
export function changedNames(noun: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  if (names.length === 1) return `${noun} ${names[0]} changed`;
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${noun}s changed: ${names.slice(0, NAMED).join(', ')}${more}`;
}
