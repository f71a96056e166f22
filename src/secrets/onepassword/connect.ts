import type { HttpAnswer } from '../../core/ports.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { asFields } from '../fields.ts';
import { onceEach } from '../once-each.ts';
import { askStore } from '../store-call.ts';
import { isFine, jsonOf, refusalOf, storeAddress, strangeAnswer, type WebStore } from '../web-store.ts';
import { type FindItem, itemOf } from './item.ts';

const CONNECT: WebStore = {
  name: '1Password Connect',
  addressVariable: 'OP_CONNECT_HOST',
  tokenFix: 'Set OP_CONNECT_TOKEN to a token of this Connect server; it is wrong, has expired or was revoked',
  rightsFix: 'Give the token access to the vault, or name another vault',
};

const ID = /^[a-z0-9]{26}$/;

/** Items by a Connect server, the ID of each vault asked for once. */
export function connectItems(
  world: Pick<ProviderWorld, 'http' | 'clock'>,
  { host, token }: { readonly host: string; readonly token: string },
): FindItem {
  const vaults = onceEach<string>();
  return async (vault, item, signal) => {
    const what = `op://${vault}/${item}`;
    const vaultId = ID.test(vault) ? vault : await vaults(vault, () => idOf('vaults', vault, { what, signal }));
    const items = `vaults/${vaultId}/items`;
    const itemId = ID.test(item) ? item : await idOf(items, item, { what, signal });
    const answer = await get(`${items}/${itemId}`, { what, signal });
    const found = itemOf(jsonOf(answer));
    if (found) return found;
    throw strangeAnswer(answer, what, CONNECT);
  };

  async function idOf(place: string, title: string, asked: Asked): Promise<string> {
    const answer = await get(`${place}?${new URLSearchParams({ filter: `title eq "${title}"` })}`, asked);
    const found = jsonOf(answer);
    if (!Array.isArray(found)) throw strangeAnswer(answer, asked.what, CONNECT);
    const kind = place === 'vaults' ? 'vault' : 'item';
    if (found.length === 0) throw failure('MISSING_ENV', `${asked.what}: there is no such ${kind}`, MISSING_FIX);
    const id = asFields(found[0])?.['id'];
    if (found.length > 1)
      throw failure(
        'INVALID_CONFIG',
        `${asked.what}: several have the name of this ${kind}`,
        `Name the ${kind} by its ID`,
      );
    if (typeof id === 'string' && ID.test(id)) return id;
    throw strangeAnswer(answer, asked.what, CONNECT);
  }

  async function get(path: string, { what, signal }: Asked): Promise<HttpAnswer> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const answer = await askStore(
      { store: CONNECT, url: `${storeAddress(host, CONNECT)}/v1/${path}`, headers, signal },
      world,
    );
    if (isFine(answer)) return answer;
    throw refusalOf(answer, what, CONNECT);
  }
}

interface Asked {
  /** Names for messages what is read. */
  readonly what: string;
  readonly signal: AbortSignal;
}

const MISSING_FIX = 'Correct the name, or give the token access to it; a token sees only its own vaults';
