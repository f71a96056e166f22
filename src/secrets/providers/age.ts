import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DeployerError } from '../../core/errors.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { type Fields, fieldOf, fileFields } from '../fields.ts';
import { fileReference } from '../file-reference.ts';
import { onceEach } from '../once-each.ts';
import { askProgram, type ProgramAnswer } from '../program-call.ts';
import { insideProject, warningsFor } from '../project-file.ts';

/**
 * `age:FILE#NAME`: a variable of a file inside the project, JSON or dotenv, that is encrypted with age. The user's own `age`
 * decrypts it, each file once; nothing of it touches the disk.
 */
export const provider: ProviderFactory = {
  check: fileReference({
    provider: 'age',
    called: 'An age',
    names: 'an encrypted file and one variable in it',
    field: 'NAME',
    expected: 'age:FILE#NAME',
  }),
  open,
  readOnly: 'A file of age does not tell whom it is encrypted for; decrypt it, change it and encrypt it again by age',
};

interface Opened {
  readonly fields: Fields;
  readonly warnings: readonly string[];
}

function open(world: ProviderWorld): SecretProvider {
  const files = onceEach<Opened>();
  return { name: 'age', read };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path } = reference;
    const { fields, warnings } = await files(path, () => decrypted(path, world, signal));
    return { value: fieldOf(reference, fields), ...(warnings.length > 0 ? { warnings } : {}) };
  }
}

async function decrypted(path: string, world: ProviderWorld, signal: AbortSignal): Promise<Opened> {
  const file = await insideProject(world.root, path);
  if (!(await stat(file)).isFile())
    throw failure('INVALID_ENV', `${path} is not a plain file`, 'Name a file that age has made');
  const key = await keyOf(world);
  const text = await decrypt(path, { file, key, world, signal });
  const fields = fileFields(text);
  if (fields) return { fields, warnings: key.warnings };
  throw failure(
    'INVALID_ENV',
    `What is in ${path} is neither JSON nor dotenv`,
    'Encrypt a JSON object, or lines such as NAME=value',
  );
}

interface Key {
  /** For `--identity`; `-` is standard input. */
  readonly identity: string;
  readonly stdin?: string;
  readonly warnings: readonly string[];
}

/** The key itself goes to age by its input: arguments and environments of processes can be seen by others. */
async function keyOf({ environment, root }: ProviderWorld): Promise<Key> {
  const { AGE_KEY: key, AGE_KEY_FILE: path } = environment;
  if (key) return { identity: '-', stdin: `${key}\n`, warnings: [] };
  if (!path)
    throw failure(
      'AUTH_FAILED',
      'There is no key for files of age',
      'Set AGE_KEY_FILE to a key file, or AGE_KEY to the key, where deployer runs',
    );
  const real = resolve(root, path);
  const facts = await stat(real).catch(() => undefined);
  if (!facts?.isFile())
    throw failure('AUTH_FAILED', 'AGE_KEY_FILE names no file', 'Set it to a file that age-keygen has made');
  return { identity: real, warnings: await warningsFor({ path, real, mode: facts.mode }) };
}

interface Job {
  readonly file: string;
  readonly key: Key;
  readonly world: ProviderWorld;
  readonly signal: AbortSignal;
}

async function decrypt(path: string, { file, key, world, signal }: Job): Promise<string> {
  const argv = ['age', '--decrypt', '--identity', key.identity, file];
  const stdin = key.stdin === undefined ? {} : { stdin: key.stdin };
  const answer = await askProgram({ argv, env: {}, ...stdin }, world, signal);
  const trouble = troubleOf(path, answer);
  if (trouble) throw trouble;
  return answer.stdout;
}

/** age ends with 1 for everything; its words are looked at, and never shown. */
function troubleOf(path: string, answer: ProgramAnswer): DeployerError | undefined {
  const { outcome, exitCode, complaints } = answer;
  if (outcome === 'not_found')
    return failure(
      'COMMAND_FAILED',
      'The program age could not be started',
      'Install age where deployer runs (Debian: apt-get install age)',
    );
  if (outcome === 'timed_out')
    return failure('TIMEOUT', `age did not decrypt ${path} within 10s`, 'Use a key without a passphrase');
  if (/no identity matched/.test(complaints))
    return failure(
      'AUTH_FAILED',
      `${path} is not encrypted for this key`,
      'Encrypt it for the key too (age -r), or use the right one',
    );
  if (/identity|secret key|reading "/.test(complaints))
    return failure(
      'AUTH_FAILED',
      'AGE_KEY or AGE_KEY_FILE holds no key of age',
      'Take what age-keygen has made, without a passphrase',
    );
  if (exitCode !== 0)
    return failure(
      'INVALID_ENV',
      `${path} cannot be decrypted`,
      'It is no file of age, or damaged; try it by hand: age --decrypt',
    );
  if (answer.isTooLong)
    return failure('INVALID_ENV', `What is in ${path} is larger than 1 MiB`, 'Keep only the secrets in it');
  return undefined;
}
