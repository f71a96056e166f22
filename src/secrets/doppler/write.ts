import type { HttpAnswer } from '../../core/ports.ts';
import type { SecretReference } from '../../core/provider.ts';
import type { Secret } from '../../core/secret.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields } from '../fields.ts';
import { onceEach } from '../once-each.ts';
import { writeInRounds } from '../rounds.ts';
import { bodyOf, isFine, refusalOf, strangeAnswer, type WebStore } from '../web-store.ts';
import { askDoppler, configOf, DOPPLER, type DopplerWorld, refuseOthers } from './session.ts';

const WRITES: WebStore = {
  ...DOPPLER,
  does: 'write',
  rightsFix:
    'Use a service token with read and write access to this very config, or a token of somebody who may write it',
};

/** Sets one secret. Doppler is told which value was read, and refuses the change when there is another one by then. */
export function dopplerWriter(world: DopplerWorld) {
  const configs = onceEach<Fields>();
  return { write, mayWrite };

  function write(reference: SecretReference, value: Secret, signal: AbortSignal): Promise<'changed' | 'unchanged'> {
    refuseNames(reference);
    refuseTexts(reference, value.reveal());
    const read = async () => textIn(await secretsAt(reference.path, world, signal), reference);
    return writeInRounds<string | undefined>(
      {
        what: reference.text,
        read,
        isDone: (present) => present === value.reveal(),
        write: async (present) => {
          const answer = await change(reference, { value: value.reveal(), present }, { world, signal });
          if (isFine(answer)) return 'written';
          if (MAY_BE_OVERTAKEN.has(answer.status) && (await read()) !== present) return 'overtaken';
          throw refusalOf(answer, `doppler:${reference.path}`, WRITES);
        },
      },
      { clock: world.clock, signal },
    );
  }

  async function mayWrite(reference: SecretReference, signal: AbortSignal): Promise<void> {
    refuseNames(reference);
    const { path } = reference;
    textIn(await configs(path, () => secretsAt(path, world, signal)), reference);
  }
}

const MAY_BE_OVERTAKEN = new Set([400, 409, 412, 422]);

async function secretsAt(path: string, world: DopplerWorld, signal: AbortSignal): Promise<Fields> {
  const what = `doppler:${path}`;
  const answer = await askDoppler({ path: `secrets?${new URLSearchParams(configOf(path))}`, signal }, world);
  if (!isFine(answer)) throw refusalOf(answer, what, DOPPLER);
  const secrets = asFields(bodyOf(answer)['secrets']);
  if (!secrets) throw strangeAnswer(answer, what, DOPPLER);
  refuseOthers(path, { project: rawOf(secrets, 'DOPPLER_PROJECT'), config: rawOf(secrets, 'DOPPLER_CONFIG') });
  return secrets;
}

/** As it was written, with its references to others; `undefined` for none. */
function textIn(secrets: Fields, { key = '', text }: SecretReference): string | undefined {
  if (!Object.hasOwn(secrets, key)) return undefined;
  const raw = rawOf(secrets, key);
  if (typeof raw === 'string') return raw;
  throw failure(
    'INSUFFICIENT_PERMISSIONS',
    `${text}: its value is restricted`,
    'Set it in Doppler, or let it be masked',
  );
}

function rawOf(secrets: Fields, name: string): unknown {
  return asFields(Object.hasOwn(secrets, name) ? secrets[name] : undefined)?.['raw'];
}

interface Change {
  readonly value: string;
  readonly present: string | undefined;
}

function change(
  { path, key = '' }: SecretReference,
  { value, present }: Change,
  { world, signal }: { readonly world: DopplerWorld; readonly signal: AbortSignal },
): Promise<HttpAnswer> {
  const original = { originalName: present === undefined ? null : key, originalValue: present ?? null };
  const body = { ...configOf(path), change_requests: [{ name: key, ...original, value }] };
  return askDoppler({ path: 'secrets', body, signal }, world);
}

function refuseNames({ key = '', text }: SecretReference): void {
  if (/^[A-Z_][A-Z0-9_]*$/.test(key) && !/^DOPPLER_(?:PROJECT|CONFIG|ENVIRONMENT)$/.test(key)) return;
  throw failure(
    'UNSUPPORTED',
    `${text}: Doppler has names of capital letters, digits and "_" only, and some of its own`,
    'Choose another name, or another store',
  );
}

function refuseTexts({ text }: SecretReference, value: string): void {
  if (!/\$\{/.test(value)) return;
  throw failure(
    'INVALID_ENV',
    `${text}: the value holds a dollar sign before a brace, which Doppler takes for a reference to another secret`,
    'Keep it in another store',
  );
}
