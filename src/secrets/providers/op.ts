import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { onceEach } from '../once-each.ts';
import { commandItems } from '../onepassword/command.ts';
import { connectItems } from '../onepassword/connect.ts';
import { fieldIn, type Item } from '../onepassword/item.ts';

/**
 * `op://VAULT/ITEM/FIELD` or `op://VAULT/ITEM/SECTION/FIELD`: a field of an item of 1Password, by names or IDs. A Connect
 * server is asked where `OP_CONNECT_HOST` and `OP_CONNECT_TOKEN` are set, else the user's own `op`. Each item is read once.
 */
export const provider: ProviderFactory = { check, open };

/** What neither the filter of Connect nor an argument may hold. */
const ODD = /["\\?]|^-/;

function check({ path, key, version }: SecretReference): ReferenceProblem | undefined {
  const parts = path.split('/');
  const isWhole = (parts.length === 3 || parts.length === 4) && !parts.some((part) => part === '' || ODD.test(part));
  if (isWhole && key === undefined && version === undefined) return undefined;
  return {
    message: 'A 1Password reference names a vault, an item and a field, and the section of the field if need be',
    expected: 'op://VAULT/ITEM/FIELD or op://VAULT/ITEM/SECTION/FIELD',
    fix: 'Copy the secret reference from 1Password, or name by their IDs what has odd characters in its name',
  };
}

function open(world: ProviderWorld): SecretProvider {
  const { OP_CONNECT_HOST: host, OP_CONNECT_TOKEN: token } = world.environment;
  const find = host && token ? connectItems(world, { host, token: token.trim() }) : commandItems(world);
  const items = onceEach<Item>();
  return { name: 'op', read };

  async function read({ text, path }: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const [vault = '', item = '', ...names] = path.split('/');
    const found = await items(`${vault}/${item}`, () => find(vault, item, signal));
    const [field = '', section] = names.reverse();
    const value = fieldIn(found, { text, field, section });
    return { value, ...(found.version ? { version: found.version } : {}) };
  }
}
