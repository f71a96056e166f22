import type { HttpAnswer } from '../../core/ports.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields, fieldOf } from '../fields.ts';
import { onceEach } from '../once-each.ts';
import { dataOf } from '../vault/answers.ts';
import { type FindMount, type KvMount, mountFinder } from '../vault/mounts.ts';
import { apiPath } from '../vault/path.ts';
import { type VaultSession, vaultSession } from '../vault/session.ts';
import { vaultWriter } from '../vault/write.ts';
import { bodyOf } from '../web-store.ts';

/**
 * `vault:PATH#KEY[@VERSION]`: a key of a secret in a KV store of HashiCorp Vault or OpenBao; PATH as `vault kv get` has it,
 * with the store's own name and without `data/`. Each path is read once.
 */
export const provider: ProviderFactory = { check, open };

function check({ path, key, version }: SecretReference): ReferenceProblem | undefined {
  const expected = 'vault:STORE/PATH#KEY or vault:STORE/PATH#KEY@VERSION';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..') || !path.includes('/'))
    return { message: 'The path of the vault reference is not one', expected, fix: 'Write vault:STORE/PATH#KEY' };
  if (key === undefined)
    return { message: 'The vault reference names no key', expected, fix: `Write vault:${path}#KEY` };
  if (version === undefined || /^[1-9]\d{0,8}$/.test(version)) return undefined;
  return { message: 'The version of the vault reference is no number', expected, fix: `Write vault:${path}#${key}@7` };
}

interface Found {
  readonly fields: Fields;
  readonly version?: string;
}

function open(world: ProviderWorld): SecretProvider {
  const session = vaultSession(world);
  const findMount = mountFinder(session);
  const secrets = onceEach<Found>();
  const write = vaultWriter({ session, findMount, clock: world.clock });
  return {
    name: 'vault',
    read,
    write,
    mayWrite: async ({ path }, signal) => void (await findMount(path, signal)),
    close: session.close,
  };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path, version = '' } = reference;
    const found = await secrets(`${path}@${version}`, () => readSecret(reference, { session, findMount, signal }));
    return { value: fieldOf(reference, found.fields), ...(found.version ? { version: found.version } : {}) };
  }
}

interface Means {
  readonly session: VaultSession;
  readonly findMount: FindMount;
  readonly signal: AbortSignal;
}

async function readSecret({ path, version }: SecretReference, { session, findMount, signal }: Means): Promise<Found> {
  const mount = await findMount(path, signal);
  const what = `vault:${path}`;
  if (version !== undefined && !mount.versioned)
    throw failure(
      'INVALID_CONFIG',
      `${what} lies in a KV store of version 1, which keeps no versions`,
      'Leave the version out',
    );
  const query = version === undefined ? '' : `?version=${version}`;
  const answer = await session.get(`${apiPath(path, mount)}${query}`, what, signal);
  if (answer.status === 404) throw missing(answer, { path, version, mount });
  const data = dataOf(answer, what);
  return mount.versioned ? versioned(data, what) : { fields: data };
}

function versioned(data: Fields, what: string): Found {
  const fields = asFields(data['data']);
  if (!fields) throw failure('INVALID_ENV', `${what}: the answer is not one of Vault`, 'Check VAULT_ADDR');
  const version = asFields(data['metadata'])?.['version'];
  return { fields, ...(typeof version === 'number' ? { version: String(version) } : {}) };
}

interface Absent {
  readonly path: string;
  readonly version: string | undefined;
  readonly mount: KvMount;
}

/** A version that was deleted is a 404 with what is left of it. */
function missing(answer: HttpAnswer, { path, version, mount }: Absent) {
  const what = `vault:${path}`;
  const left = asFields(asFields(bodyOf(answer)['data'])?.['metadata']);
  const number = typeof left?.['version'] === 'number' ? ` ${left['version']}` : '';
  if (left?.['destroyed'] === true)
    return failure(
      'MISSING_ENV',
      `${what}: version${number} was destroyed`,
      'Write the secret anew, or refer to another version',
    );
  if (left?.['deletion_time'])
    return failure(
      'MISSING_ENV',
      `${what}: version${number} was deleted`,
      'Bring it back by vault kv undelete, or refer to another version',
    );
  const rest = path.slice(mount.path.length);
  if (mount.versioned && rest.startsWith('data/'))
    return failure(
      'MISSING_ENV',
      `${what} is not there`,
      `Leave data/ out: vault:${mount.path}${rest.slice('data/'.length)}`,
    );
  const which = version === undefined ? '' : `, or has no version ${version}`;
  return failure(
    'MISSING_ENV',
    `${what} is not there${which}`,
    `Write it by vault kv put ${path}, or correct the path`,
  );
}
