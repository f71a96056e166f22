import type { SecretReference } from '../core/provider.ts';

const FORM = /^([a-z][a-z0-9-]{0,31}):(?:\/\/)?([^#]+)(?:#([^#]+))?$/;
const LONGEST = 512;

/**
 * `env:NAME`, `dotenv:.env.staging#NAME`, `vault://kv/shop#url@7` → its parts. A version stands behind the key, after
 * the last `@`; without a key an `@` belongs to the path. `undefined` for what is none: often a value that somebody pasted
 * in its place, which must not be shown. A text with `${…}` in it is none.
 */
export function parseReference(text: string): SecretReference | undefined {
  const [, provider, path, named] =
    (text.length <= LONGEST && !/[\0-\x1f\x7f]|\$\{/.test(text) && FORM.exec(text)) || [];
  if (!provider || !path) return undefined;
  if (named === undefined) return { provider, path, text };
  const at = named.lastIndexOf('@');
  const [key, version] = at < 0 ? [named] : [named.slice(0, at), named.slice(at + 1)];
  if (!key || version === '') return undefined;
  return { provider, path, key, ...(version ? { version } : {}), text };
}
