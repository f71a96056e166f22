import { type Asked, hasOnly, type Reply, type StoreFake, storeFake } from './store-fake.ts';

export interface StoredItem {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly sections?: readonly { readonly id: string; readonly label: string }[];
  readonly fields: readonly {
    readonly id: string;
    readonly label: string;
    readonly value?: string;
    readonly section?: { readonly id: string };
  }[];
}

export interface ConnectFake extends StoreFake {
  readonly vaults: { readonly id: string; readonly name: string; readonly items: readonly StoredItem[] }[];
  /** Token → IDs of the vaults that it may see. */
  readonly tokens: Map<string, readonly string[]>;
}

type Content = Pick<ConnectFake, 'vaults' | 'tokens'>;

/** What 1Password Connect answers to reads of vaults and items; everything else is a 404. */
export async function connectFake(): Promise<ConnectFake> {
  const content: Content = { vaults: [], tokens: new Map() };
  return Object.assign(await storeFake((asked) => replyTo(content, asked)), content);
}

function replyTo({ vaults, tokens }: Content, { method, path, query, headers }: Asked): Reply {
  const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const visible = tokens.get(token ?? '');
  if (!visible) return refusal(401, 'Invalid token signature');
  const [, ...parts] = /^\/v1\/vaults(?:\/([^/]+)\/items(?:\/([^/]+))?)?$/.exec(path) ?? [];
  if (method !== 'GET' || parts.length === 0) return refusal(404, 'Not found');
  const [vaultId, itemId] = parts;
  const seen = vaults.filter(({ id }) => visible.includes(id));
  if (vaultId === undefined)
    return listed(
      seen.map(({ id, name }) => ({ id, title: name })),
      query,
    );
  const vault = seen.find(({ id }) => id === vaultId);
  if (!vault) return refusal(403, 'Authorization: token does not have access to the vault');
  if (itemId === undefined)
    return listed(
      vault.items.map(({ id, title }) => ({ id, title })),
      query,
    );
  const item = vault.items.find(({ id }) => id === itemId);
  return item
    ? { status: 200, body: { ...item, vault: { id: vaultId }, category: 'LOGIN' } }
    : refusal(404, 'Item not found');
}

function listed(all: readonly { readonly id: string; readonly title: string }[], query: Asked['query']): Reply {
  const [, title] = /^title eq "([^"]*)"$/.exec(query['filter'] ?? '') ?? [];
  if (!hasOnly(query, 'filter') || title === undefined) return refusal(400, 'Invalid filter');
  return { status: 200, body: all.filter((one) => one.title === title) };
}

function refusal(status: number, message: string): Reply {
  return { status, body: { status, message } };
}
