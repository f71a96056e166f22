import { DeployerError } from '../core/errors.ts';
import type { SecretReference } from '../core/provider.ts';

const FORM = /^([a-z][a-z0-9-]{0,31}):(?:\/\/)?([^#]+)(?:#([^#]+))?$/;
const LONGEST = 512;

/**
 * `env:NAME`, `dotenv:.env.staging#NAME`, `vault://kv/shop#url@7` → its parts. A version stands behind the key, after
 * the last `@`; without a key an `@` belongs to the path. Throws `INVALID_CONFIG`, without the text: what is not a
 * reference is often a value that somebody pasted in its place.
 */
export function parseReference(text: string): SecretReference {
  const [, provider, path, named] = (text.length <= LONGEST && !/[\0-\x1f\x7f]/.test(text) && FORM.exec(text)) || [];
  if (!provider || !path) throw notAReference();
  if (named === undefined) return { provider, path, text };
  const at = named.lastIndexOf('@');
  const [key, version] = at < 0 ? [named] : [named.slice(0, at), named.slice(at + 1)];
  if (!key || version === '') throw notAReference();
  return { provider, path, key, ...(version ? { version } : {}), text };
}

function notAReference(): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: 'This is not a reference to a secret',
    fix: 'Write env:NAME or dotenv:FILE#NAME; keep the value itself out of the config file',
  });
}
