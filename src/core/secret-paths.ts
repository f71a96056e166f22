/**
 * Which places an environment may read secrets from: `vault:kv/shop/production/*`, `env:*`. A `*` stands for any run of
 * characters; a pattern with `#` is about single keys. Left out, all places are allowed.
 */
export type SecretPaths = readonly string[] | undefined;

/**
 * Whether a reference, whole and of a known provider, leads to one of the places. One whose path goes up, or has empty parts, is
 * in none of them.
 */
export function mayRead(paths: SecretPaths, reference: string): boolean {
  if (paths === undefined) return true;
  const { place, key } = partsOf(reference);
  if (isWinding(place)) return false;
  return paths.some((pattern) => matches(normal(pattern), pattern.includes('#') ? `${place}#${key}` : place));
}

/** What is wrong with a reference that leads elsewhere. */
export function outsideOf(environment: string, reference: string): { readonly message: string; readonly fix: string } {
  const key = `environments.${environment}.secret_paths`;
  return {
    message: `${environment} may not read ${reference}`,
    fix: `Refer to a place that ${key} names, or add it there`,
  };
}

function partsOf(reference: string): { readonly place: string; readonly key: string } {
  const text = normal(reference);
  const hash = text.indexOf('#');
  if (hash < 0) return { place: text, key: '' };
  const named = text.slice(hash + 1);
  const at = named.lastIndexOf('@');
  return { place: text.slice(0, hash), key: at < 0 ? named : named.slice(0, at) };
}

/** `vault://kv` is `vault:kv`. */
function normal(text: string): string {
  return text.replace(/^([^:]*):\/\//, '$1:');
}

function isWinding(place: string): boolean {
  const path = place.slice(place.indexOf(':') + 1).replace(/^\//, '');
  return path.split('/').some((part) => part === '' || part === '.' || part === '..');
}

/** Each stretch between two `*` is looked for behind the one before: linear, whatever the pattern. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const stretch of rest) {
    const found = text.slice(0, text.length - last.length).indexOf(stretch, from);
    if (found < 0) return false;
    from = found + stretch.length;
  }
  return true;
}
