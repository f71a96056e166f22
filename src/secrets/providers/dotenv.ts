import { parseEnv } from 'node:util';
import { DeployerError } from '../../core/errors.ts';
import { nearest } from '../../core/name.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import { changeFile } from '../change-file.ts';
import { withVariable } from '../dotenv-text.ts';
import { isEncrypted } from '../dotenvx/names.ts';
import { fileReference } from '../file-reference.ts';
import { refuseUnlessKeptFromGit } from '../kept-from-git.ts';
import { placeInProject, readProjectFile } from '../project-file.ts';

interface Parsed {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly warnings: readonly string[];
}

/** `dotenv:FILE#NAME`: a variable of a dotenv file inside the project. Each file is read once, until it is written. */
export const provider: ProviderFactory = {
  check: fileReference({
    provider: 'dotenv',
    called: 'A dotenv',
    names: 'a file and one variable in it',
    field: 'NAME',
    expected: 'dotenv:FILE#NAME',
  }),
  open,
};

function open({ root, processes }: ProviderWorld): SecretProvider {
  const files = new Map<string, Promise<Parsed>>();
  return { name: 'dotenv', read, write, mayWrite: async ({ path }) => void (await placeToWrite(path)) };

  async function read(reference: SecretReference): Promise<SecretValue> {
    const { path, key = '' } = reference;
    const file = files.get(path) ?? parse(root, path);
    files.set(path, file);
    const { values, warnings } = await file;
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (!value) throw missing(reference, key, values);
    if (isEncrypted(value)) throw encrypted(reference);
    return { value: new Secret(value), ...(warnings.length > 0 ? { warnings } : {}) };
  }

  async function write({ path, key = '' }: SecretReference, value: Secret): Promise<'changed' | 'unchanged'> {
    const file = await placeToWrite(path);
    files.delete(path);
    return changeFile({ file, shown: path }, (text = '') => {
      if (parseEnv(text)[key] === value.reveal()) return undefined;
      const next = withVariable(text, key, value.reveal());
      if (next === undefined) throw unwritable(path, key);
      return next;
    });
  }

  async function placeToWrite(path: string): Promise<string> {
    const file = await placeInProject(root, path);
    await refuseUnlessKeptFromGit(file, path, processes);
    return file;
  }
}

function unwritable(path: string, key: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    reason: `The value of ${key} cannot stand in a dotenv file so that it is read back as it is`,
    fix: `Keep it in another store, or take the kinds of quotes, the carriage returns or what is odd in ${path} out`,
  });
}

async function parse(root: string, path: string): Promise<Parsed> {
  const { text, warnings } = await readProjectFile(root, path);
  return { values: parseEnv(text), warnings };
}

function encrypted({ text, path, key }: SecretReference): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    reason: `${text} is encrypted by dotenvx`,
    fix: `Refer to it as dotenvx:${path}#${key}`,
  });
}

function missing({ text, path }: SecretReference, key: string, values: Parsed['values']): DeployerError {
  const close = nearest(key, Object.keys(values));
  return new DeployerError({
    code: 'MISSING_ENV',
    reason: `${text} ${Object.hasOwn(values, key) ? 'is empty' : 'is not in the file'}`,
    fix: close && close !== key ? `Did you mean ${path}#${close}?` : `Add ${key}=… to ${path}`,
  });
}
