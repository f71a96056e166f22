import type { Clock, HttpAnswer } from '../../core/ports.ts';
import type { SecretReference } from '../../core/provider.ts';
import type { Secret } from '../../core/secret.ts';
import { asFields, type Fields, holdsInexact, inexactBeside } from '../fields.ts';
import { writeInRounds } from '../rounds.ts';
import { bodyOf, isFine } from '../web-store.ts';
import { dataOf, troubleOf } from './answers.ts';
import type { FindMount, KvMount } from './mounts.ts';
import { apiPath } from './path.ts';
import type { VaultSession } from './session.ts';

interface Means {
  readonly session: VaultSession;
  readonly findMount: FindMount;
  readonly clock: Clock;
}

/** What is at a path now. `version`: the number to name at a write; 0 for nothing there yet. */
interface Present {
  readonly fields: Fields;
  readonly version: number;
}

/**
 * Sets one key of a secret. The other keys are read and written with it, since a KV store holds them as one; version 2 is told
 * which version was read, and refuses the write when there is a newer one: then all is read again. Version 1 cannot tell.
 */
export function vaultWriter({ session, findMount, clock }: Means) {
  return async ({ path, key = '' }: SecretReference, value: Secret, signal: AbortSignal) => {
    const mount = await findMount(path, signal);
    const place = { path: apiPath(path, mount), what: `vault:${path}`, mount };
    return writeInRounds<Present>(
      {
        what: place.what,
        read: () => read(session, place, signal),
        isDone: ({ fields }) => fields[key] === value.reveal(),
        write: async (present) => {
          const body = bodyFor(mount, present, { ...present.fields, [key]: value.reveal() });
          const answer = await session.put(place.path, { body, what: place.what }, signal);
          if (isFine(answer)) return 'written';
          if (isOvertaken(answer)) return 'overtaken';
          throw troubleOf(answer, place.what);
        },
      },
      { clock, signal },
    );
  };
}

interface Place {
  readonly path: string;
  readonly what: string;
  readonly mount: KvMount;
}

async function read(session: VaultSession, { path, what, mount }: Place, signal: AbortSignal): Promise<Present> {
  const answer = await session.get(path, what, signal);
  const data = answer.status === 404 ? asFields(bodyOf(answer)['data']) : dataOf(answer, what);
  const fields = (mount.versioned ? asFields(data?.['data']) : data) ?? {};
  if (holdsInexact(fields)) throw inexactBeside(what, 'Write the key by vault kv patch');
  const version = asFields(data?.['metadata'])?.['version'];
  return { fields, version: typeof version === 'number' ? version : 0 };
}

function bodyFor(mount: KvMount, { version }: Present, data: Fields): string {
  return JSON.stringify(mount.versioned ? { options: { cas: version }, data } : data);
}

function isOvertaken(answer: HttpAnswer): boolean {
  const { errors } = bodyOf(answer);
  return (
    answer.status === 400 &&
    Array.isArray(errors) &&
    errors.some((error) => typeof error === 'string' && error.includes('check-and-set'))
  );
}
