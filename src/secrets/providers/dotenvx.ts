import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { DeployerError } from '../../core/errors.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import { decrypted, ENCRYPTED, isPrivateKey, publicKeyOf } from '../dotenvx/decrypt.ts';
import { privateKeyName, publicKeyIn } from '../dotenvx/names.ts';
import { failure } from '../failure.ts';
import { fieldOf } from '../fields.ts';
import { fileReference } from '../file-reference.ts';
import { onceEach } from '../once-each.ts';
import { type ProjectFile, readProjectFile } from '../project-file.ts';

/**
 * `dotenvx:FILE#NAME`: a variable of a dotenv file inside the project whose values dotenvx has encrypted. They are decrypted
 * here, by the key in the variable that dotenvx uses too or in `.env.keys` beside the file. Nothing is expanded, and no command
 * in a value is run.
 */
export const provider: ProviderFactory = {
  check: fileReference({
    provider: 'dotenvx',
    called: 'A dotenvx',
    names: 'a file and one variable in it',
    field: 'NAME',
    expected: 'dotenvx:FILE#NAME',
  }),
  open,
  readOnly: 'Values of such a file are set by dotenvx set, which encrypts them',
};

/** The private keys for a file; several may be good while one takes the place of another. */
interface Keys {
  readonly name: string;
  readonly keys: readonly string[];
  readonly warnings: readonly string[];
}

function open(world: ProviderWorld): SecretProvider {
  const files = onceEach<ProjectFile>();
  const keys = onceEach<Keys>();
  return { name: 'dotenvx', read };

  async function read(reference: SecretReference): Promise<SecretValue> {
    const { text: file } = await files(reference.path, () => readProjectFile(world.root, reference.path));
    const written = fieldOf(reference, parseEnv(file));
    if (!written.reveal().startsWith(ENCRYPTED)) return { value: written, warnings: [inClear(reference)] };
    const known = await keys(reference.path, () => keysFor(reference.path, file, world));
    return { value: decryptedBy(known, { reference, file, written }), warnings: known.warnings };
  }
}

function inClear({ path, key }: SecretReference): string {
  return `${key} stands in ${path} in clear; run dotenvx encrypt -f ${path}`;
}

async function keysFor(path: string, file: string, { root, environment }: ProviderWorld): Promise<Keys> {
  const name = privateKeyName(path, file);
  const given = environment[name]?.trim();
  const kept = given ? undefined : await keysFile(root, join(dirname(path), '.env.keys'));
  const keys = (given || (kept && parseEnv(kept.text)[name]) || '').split(',').map((key) => key.trim());
  if (keys[0] === '')
    throw failure(
      'AUTH_FAILED',
      `There is no private key for ${path}`,
      `Set ${name} where deployer runs, or keep .env.keys beside the file, out of git and with mode 0600`,
    );
  if (keys.every(isPrivateKey)) return { name, keys, warnings: kept?.warnings ?? [] };
  throw failure('AUTH_FAILED', `${name} is no private key of dotenvx`, 'Take it from .env.keys: 64 hexadecimal digits');
}

async function keysFile(root: string, path: string): Promise<ProjectFile | undefined> {
  try {
    return await readProjectFile(root, path);
  } catch (error) {
    if (error instanceof DeployerError && error.code === 'MISSING_ENV') return undefined;
    throw error;
  }
}

interface Sealed {
  readonly reference: SecretReference;
  /** The whole text of the file. */
  readonly file: string;
  readonly written: Secret;
}

function decryptedBy({ name, keys }: Keys, { reference: { text, path, key }, file, written }: Sealed): Secret {
  for (const one of keys) {
    const value = decrypted(written.reveal(), one);
    if (value === '') throw failure('MISSING_ENV', `${text} is empty`, `Set it: dotenvx set ${key} … -f ${path}`);
    if (value !== undefined) return new Secret(value);
  }
  const wanted = publicKeyIn(file);
  if (wanted !== undefined && keys.some((one) => publicKeyOf(one) === wanted))
    throw failure('INVALID_ENV', `${text} is damaged`, `Set it anew: dotenvx set ${key} … -f ${path}`);
  throw failure('AUTH_FAILED', `${text} is not encrypted for this key`, `Set ${name} to the private key of ${path}`);
}
