import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { askDoppler, configOf, DOPPLER, refuseOthers } from '../doppler/session.ts';
import { dopplerWriter } from '../doppler/write.ts';
import { type Fields, fieldOf } from '../fields.ts';
import { onceEach } from '../once-each.ts';
import { bodyOf, isFine, refusalOf, strangeAnswer } from '../web-store.ts';

/** `doppler:PROJECT/CONFIG#NAME`: a secret of a config of Doppler. Each config is read once. */
export const provider: ProviderFactory = { check, open };

const EXPECTED = 'doppler:PROJECT/CONFIG#NAME';

function check({ path, key, version }: SecretReference): ReferenceProblem | undefined {
  if (/^[\w.-]+\/[\w.-]+$/.test(path) && key !== undefined && version === undefined) return undefined;
  return {
    message: 'A Doppler reference names a project, a config and one secret in it',
    expected: EXPECTED,
    fix: `Write ${EXPECTED}, such as doppler:shop/prd#DATABASE_URL`,
  };
}

function open(world: ProviderWorld): SecretProvider {
  const configs = onceEach<Fields>();
  return { name: 'doppler', read, ...dopplerWriter(world) };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path } = reference;
    return { value: fieldOf(reference, await configs(path, () => download(path, world, signal))) };
  }
}

async function download(path: string, world: ProviderWorld, signal: AbortSignal): Promise<Fields> {
  const query = new URLSearchParams({ ...configOf(path), format: 'json' });
  const answer = await askDoppler({ path: `secrets/download?${query}`, signal }, world);
  const what = `doppler:${path}`;
  if (!isFine(answer)) throw refusalOf(answer, what, DOPPLER);
  const fields = bodyOf(answer);
  if (Object.keys(fields).length === 0) throw strangeAnswer(answer, what, DOPPLER);
  refuseOthers(path, { project: fields['DOPPLER_PROJECT'], config: fields['DOPPLER_CONFIG'] });
  return fields;
}
