/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * One text per value: keys in one order (by code unit; whole numbers first, as objects keep them), no blanks,
 * `undefined` members left out. Digests and plan ids are taken over this text, so that equal values have equal bytes.
 */
export function canonicalJson(value: unknown): string {
  // Sorting a copy and leaving the text to the engine is several times faster than building the text here.
  return JSON.stringify(sorted(value)) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const object = value as Readonly<Record<string, unknown>>;
  // Assigning `__proto__` to an ordinary object would set its prototype and lose the member.
  const copy: Record<string, unknown> = Object.hasOwn(object, '__proto__') ? Object.create(null) : {};
  for (const key of Object.keys(object).sort()) copy[key] = sorted(object[key]);
  return copy;
}
