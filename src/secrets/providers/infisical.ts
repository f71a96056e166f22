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
import { fieldOf } from '../fields.ts';
import { folderOf, INFISICAL, type ListedSecret, listedSecrets, oneSecret } from '../infisical/answers.ts';
import { type InfisicalSession, infisicalSession } from '../infisical/session.ts';
import { infisicalWriter } from '../infisical/write.ts';
import { onceEach } from '../once-each.ts';

/**
 * `infisical:PROJECT_ID/ENVIRONMENT[/FOLDER…]#NAME[@VERSION]`: a secret of Infisical, with what its folder imports. Each
 * folder is read once, each version of a secret too.
 */
export const provider: ProviderFactory = { check, open };

const EXPECTED = 'infisical:PROJECT_ID/ENVIRONMENT/FOLDER#NAME';

function check({ path, key, version }: SecretReference): ReferenceProblem | undefined {
  const parts = path.split('/');
  const isPath = parts.length >= 2 && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (isPath && key !== undefined && (version === undefined || /^[1-9]\d{0,8}$/.test(version))) return undefined;
  return {
    message: 'An Infisical reference names a project by its ID, an environment, a folder if any, and one secret',
    expected: `${EXPECTED} or ${EXPECTED}@VERSION`,
    fix: `Write ${EXPECTED}, with the ID from the settings of the project`,
  };
}

function open(world: ProviderWorld): SecretProvider {
  const session = infisicalSession(world);
  const answers = onceEach<ReadonlyMap<string, ListedSecret>>();
  return { name: 'infisical', read, ...infisicalWriter(session, world), close: session.close };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { text, path, key = '', version } = reference;
    const place = version === undefined ? path : `${path}#${key}@${version}`;
    const secrets = await answers(place, () => ask(session, reference, signal));
    const found = secrets.get(key);
    if (found?.isHidden) throw failure('INSUFFICIENT_PERMISSIONS', `${text}: its value is hidden`, INFISICAL.rightsFix);
    const values = Object.fromEntries([...secrets].map(([name, { value }]) => [name, value]));
    return { value: fieldOf(reference, values), ...(found?.version ? { version: found.version } : {}) };
  }
}

async function ask(session: InfisicalSession, { path, key = '', version }: SecretReference, signal: AbortSignal) {
  const folder = folderOf(path);
  const what = `infisical:${path}`;
  const read = (name: string, more: Record<string, string>): Promise<HttpAnswer> =>
    session.get({ name, query: { ...folder, expandSecretReferences: 'true', ...more } }, what, signal);
  if (version === undefined) return listedSecrets(await read('', { include_imports: 'true' }), what);
  return oneSecret(await read(key, { version }), what, key);
}
