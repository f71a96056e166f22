/**
 * What an answer has to look like: `s` a text, `n` a number, `b` true or false, `v` texts by name, `x` anything; `['?', …]`
 * may be null, `['*', …]` is a list.
 */
export type Shape = 's' | 'n' | 'b' | 'v' | 'x' | readonly ['?' | '*', Shape] | { readonly [field: string]: Shape };

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: (value) => typeof value === 'string',
  n: (value) => typeof value === 'number',
  b: (value) => typeof value === 'boolean',
  v: (value) => isObject(value) && Object.values(value).every((one) => typeof one === 'string'),
  x: () => true,
};

/** Whether a value is what its document asked for. Whatever else it holds does not matter. */
export function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return SCALARS[shape]?.(value) ?? false;
  if (isPair(shape)) {
    const [kind, inner] = shape;
    if (kind === '?') return value === null || value === undefined || fits(value, inner);
    return Array.isArray(value) && value.every((one) => fits(one, inner));
  }
  return isObject(value) && Object.entries(shape).every(([field, inner]) => fits(value[field], inner));
}

function isPair(shape: Shape): shape is readonly ['?' | '*', Shape] {
  return Array.isArray(shape);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
