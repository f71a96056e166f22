import type { HttpAnswer } from '../../core/ports.ts';
import type { ProviderWorld, SecretReference } from '../../core/provider.ts';
import type { Secret } from '../../core/secret.ts';
import { failure } from '../failure.ts';
import { onceEach } from '../once-each.ts';
import { writeInRounds } from '../rounds.ts';
import { bodyOf, isFine, refusalOf } from '../web-store.ts';
import { folderOf, INFISICAL, INFISICAL_WRITES, type ListedSecret, ownSecrets } from './answers.ts';
import type { InfisicalSession } from './session.ts';

/** The folder's own secrets, as they were written. */
type Folder = ReadonlyMap<string, ListedSecret>;

/**
 * Sets one secret of a folder. The store has no check-and-set: of two values that are set in the same moment the earlier one is
 * the version before.
 */
export function infisicalWriter(session: InfisicalSession, { clock }: Pick<ProviderWorld, 'clock'>) {
  const folders = onceEach<Folder>();
  return { write, mayWrite };

  async function write(reference: SecretReference, value: Secret, signal: AbortSignal) {
    refuseNames(reference);
    refuseTexts(reference, value.reveal());
    const read = async () => textIn(await folderAt(session, reference.path, signal), reference);
    return writeInRounds<string | undefined>(
      {
        what: reference.text,
        read,
        isDone: (present) => present === value.reveal(),
        write: async (present) => {
          const answer = await put(reference, present === undefined ? 'POST' : 'PATCH');
          if (isFine(answer)) return stored(answer, reference);
          if ((present === undefined) !== ((await read()) === undefined)) return 'overtaken';
          throw refusalOf(answer, reference.text, INFISICAL_WRITES);
        },
      },
      { clock, signal },
    );

    function put({ path, key = '', text }: SecretReference, method: 'POST' | 'PATCH'): Promise<HttpAnswer> {
      const body = { ...folderOf(path), secretValue: value.reveal(), type: 'shared' };
      return session.put({ method, name: key, body }, text, signal);
    }
  }

  async function mayWrite(reference: SecretReference, signal: AbortSignal): Promise<void> {
    refuseNames(reference);
    const { path } = reference;
    textIn(await folders(path, () => folderAt(session, path, signal)), reference);
  }
}

async function folderAt(session: InfisicalSession, path: string, signal: AbortSignal): Promise<Folder> {
  const query = { ...folderOf(path), expandSecretReferences: 'false', include_imports: 'false' };
  const what = `infisical:${path}`;
  return ownSecrets(await session.get({ name: '', query }, what, signal), what);
}

function textIn(folder: Folder, { key = '', text }: SecretReference): string | undefined {
  const found = folder.get(key);
  if (found === undefined) return undefined;
  if (!found.isHidden && typeof found.value === 'string') return found.value;
  throw failure('INSUFFICIENT_PERMISSIONS', `${text}: its value is hidden`, INFISICAL.rightsFix);
}

/** Where a policy guards the folder, a success is a request to somebody. */
function stored(answer: HttpAnswer, { text }: SecretReference): 'written' {
  if (bodyOf(answer)['approval'] === undefined) return 'written';
  throw failure(
    'GATE_REFUSED',
    `${text}: a policy of Infisical lets the value wait for approval there`,
    'Have it approved, then run the command again',
  );
}

function refuseNames({ key = '', text }: SecretReference): void {
  if (/^[^\s/:]+$/.test(key)) return;
  throw failure('UNSUPPORTED', `${text}: Infisical has no such names`, 'Choose another name, or another store');
}

function refuseTexts({ text }: SecretReference, value: string): void {
  const otherwise = 'Keep it in another store';
  if (/\$\{/.test(value))
    throw failure(
      'INVALID_ENV',
      `${text}: the value holds a dollar sign before a brace, which Infisical takes for a reference to another secret`,
      otherwise,
    );
  const kept = value.endsWith('\n') ? `${value.trim()}\n` : value.trim();
  if (kept === value) return;
  throw failure('INVALID_ENV', `${text}: Infisical would cut blanks off the ends of the value`, otherwise);
}
