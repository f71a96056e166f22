import { isTemporary } from '../../core/errors.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields } from '../fields.ts';
import { dataOf } from './answers.ts';
import { encodePath } from './path.ts';
import type { VaultSession } from './session.ts';

/** A store of keys and values in Vault. */
export interface KvMount {
  /** With a slash at the end; empty where Vault is too old to tell. */
  readonly path: string;
  readonly versioned: boolean;
}

/** Finds the store that a path lies in, each store once. Throws `INVALID_CONFIG` for one of another kind. */
export type FindMount = (path: string, signal: AbortSignal) => Promise<KvMount>;

export function mountFinder(session: VaultSession): FindMount {
  const found: KvMount[] = [];
  let asking: Promise<unknown> | undefined;
  return find;

  /** One asks at a time, for most often its answer is that for all; where Vault cannot be reached, nobody else tries. */
  async function find(path: string, signal: AbortSignal): Promise<KvMount> {
    const there = known(path);
    if (there) return there;
    if (asking) {
      await asking.catch(rethrowTemporary);
      return find(path, signal);
    }
    const answer = ask(path, signal).finally(() => {
      asking = undefined;
    });
    asking = answer;
    return answer;
  }

  function known(path: string): KvMount | undefined {
    return found.find((mount) => mount.path !== '' && path.startsWith(mount.path));
  }

  async function ask(path: string, signal: AbortSignal): Promise<KvMount> {
    const what = `vault:${path}`;
    const answer = await session.get(`sys/internal/ui/mounts/${encodePath(path)}`, what, signal);
    // Before Vault 0.10 nobody told; there was no other version then.
    if (answer.status === 404) return { path: '', versioned: false };
    const mount = mountOf(dataOf(answer, what), path);
    found.push(mount);
    return mount;
  }
}

function rethrowTemporary(error: unknown): void {
  if (isTemporary(error)) throw error;
}

function mountOf({ path, type, options }: Fields, wanted: string): KvMount {
  const what = `vault:${wanted}`;
  if (typeof path !== 'string' || path === '' || !wanted.startsWith(path))
    throw failure('INVALID_ENV', `${what}: the answer is not one of Vault`, 'Check VAULT_ADDR');
  if (type !== 'kv' && type !== 'generic')
    throw failure('INVALID_CONFIG', `${what} does not lie in a KV store`, 'Refer to a secret of a KV store');
  return { path, versioned: asFields(options)?.['version'] === '2' };
}
