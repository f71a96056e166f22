import { stat } from 'node:fs/promises';
import type { DeployerError } from '../../core/errors.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields, fieldOf, jsonFields } from '../fields.ts';
import { fileReference } from '../file-reference.ts';
import { onceEach } from '../once-each.ts';
import { askProgram, type ProgramAnswer, variablesLike } from '../program-call.ts';
import { insideProject } from '../project-file.ts';

/**
 * `sops:FILE#KEY` or `sops:FILE#KEY.KEY…`: a value of a file inside the project that SOPS has encrypted; numbers count the
 * members of a list from 0. The user's own `sops` decrypts it, each file once; nothing of it touches the disk.
 */
export const provider: ProviderFactory = {
  check: fileReference({
    provider: 'sops',
    called: 'A SOPS',
    names: 'an encrypted file and one value in it',
    field: 'KEY',
    expected: 'sops:FILE#KEY or sops:FILE#KEY.KEY',
  }),
  open,
  readOnly: 'A file of SOPS is changed by sops edit, which knows whom it is encrypted for',
};

/** What says who decrypts: age, PGP, and the key services of clouds and Vault. */
const CREDENTIALS =
  /^(SOPS_|AWS_|AZURE_|GOOGLE_|CLOUDSDK_|VAULT_|BAO_|HUAWEICLOUD_|GNUPGHOME$|GPG_TTY$|XDG_CONFIG_HOME$|XDG_RUNTIME_DIR$)/;

function open(world: ProviderWorld): SecretProvider {
  const files = onceEach<Fields>();
  return { name: 'sops', read };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path } = reference;
    const found = within(await files(path, () => decrypted(path, world, signal)), reference.key ?? '');
    return { value: fieldOf({ ...reference, key: found.key }, found.fields) };
  }
}

/** Goes as far down as there are names; the last is left for the one who picks. A key with a dot of its own goes first. */
function within(fields: Fields, key: string): { readonly fields: Fields; readonly key: string } {
  const dot = key.indexOf('.');
  if (dot < 0 || Object.hasOwn(fields, key)) return { fields, key };
  const inner = Object.hasOwn(fields, key.slice(0, dot)) ? fields[key.slice(0, dot)] : undefined;
  const below = Array.isArray(inner) ? { ...inner } : asFields(inner);
  return below ? within(below, key.slice(dot + 1)) : { fields, key };
}

async function decrypted(path: string, world: ProviderWorld, signal: AbortSignal): Promise<Fields> {
  const file = await insideProject(world.root, path);
  if (!(await stat(file)).isFile())
    throw failure('INVALID_ENV', `${path} is not a plain file`, 'Name a file that sops has made');
  const argv = ['sops', '--decrypt', '--output-type', 'json', file];
  const env = variablesLike(CREDENTIALS, world.environment);
  const answer = await askProgram({ argv, env }, world, signal);
  const trouble = troubleOf(path, answer);
  if (trouble) throw trouble;
  const fields = jsonFields(answer.stdout);
  if (fields) return fields;
  throw failure('INVALID_ENV', `What is in ${path} is not a map`, 'Encrypt a file with names and values');
}

/** By the exit codes that SOPS documents; its words are looked at, and never shown. */
function troubleOf(
  path: string,
  { outcome, exitCode, complaints, isTooLong }: ProgramAnswer,
): DeployerError | undefined {
  if (outcome === 'not_found')
    return failure('COMMAND_FAILED', 'The program sops could not be started', 'Install sops where deployer runs');
  if (outcome === 'timed_out')
    return failure(
      'TIMEOUT',
      `sops did not decrypt ${path} within 10s`,
      'Use a key without a passphrase; see that its key service can be reached',
    );
  if (exitCode === 128 || exitCode === 111 || /data key/i.test(complaints))
    return failure('AUTH_FAILED', `${path} is not encrypted for any key that is here`, KEY_FIX);
  if (exitCode === 51 || exitCode === 52 || /MAC mismatch/i.test(complaints))
    return failure(
      'INVALID_ENV',
      `${path} was changed after it was encrypted`,
      'Change it by sops edit, or bring back what was committed',
    );
  if (exitCode !== 0)
    return failure(
      'INVALID_ENV',
      `${path} cannot be decrypted`,
      'It is no file of SOPS, or damaged; try it by hand: sops --decrypt',
    );
  if (isTooLong)
    return failure('INVALID_ENV', `What is in ${path} is larger than 1 MiB`, 'Keep only the secrets in it');
  return undefined;
}

const KEY_FIX =
  'Set SOPS_AGE_KEY or SOPS_AGE_KEY_FILE, or the credentials of its key service, or have it encrypted for this key too';
