import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { type Fields, fieldOf } from '../fields.ts';
import { onceEach } from '../once-each.ts';
import { askStore } from '../store-call.ts';
import { bodyOf, isFine, refusalOf, storeAddress, strangeAnswer, type WebStore } from '../web-store.ts';

/** `doppler:PROJECT/CONFIG#NAME`: a secret of a config of Doppler. Each config is read once. */
export const provider: ProviderFactory = { check, open };

const DOPPLER: WebStore = {
  name: 'Doppler',
  addressVariable: 'DOPPLER_API_HOST',
  tokenFix: 'Set DOPPLER_TOKEN to a service token of the config; it is wrong, has expired or was revoked',
  rightsFix: 'Use a service token of this very config, or a token of somebody who may read it',
};
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
  return { name: 'doppler', read };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path } = reference;
    return { value: fieldOf(reference, await configs(path, () => download(path, world, signal))) };
  }
}

async function download(path: string, world: ProviderWorld, signal: AbortSignal): Promise<Fields> {
  const [project = '', config = ''] = path.split('/');
  const { DOPPLER_TOKEN: token, DOPPLER_API_HOST: host } = world.environment;
  if (!token) throw failure('AUTH_FAILED', 'There is no token for Doppler', 'Set DOPPLER_TOKEN where deployer runs');
  const address = storeAddress(host || 'https://api.doppler.com', DOPPLER);
  const query = new URLSearchParams({ project, config, format: 'json' });
  const url = `${address}/v3/configs/config/secrets/download?${query}`;
  const headers = { authorization: `Bearer ${token.trim()}`, accept: 'application/json' };
  const answer = await askStore({ store: DOPPLER, url, headers, signal }, world);
  const what = `doppler:${path}`;
  if (!isFine(answer)) throw refusalOf(answer, what, DOPPLER);
  const fields = bodyOf(answer);
  if (Object.keys(fields).length === 0) throw strangeAnswer(answer, what, DOPPLER);
  return ofThis(fields, { project, config, what });
}

/** A service token belongs to one config; what it gives must not be taken for another's. */
function ofThis(fields: Fields, { project, config, what }: Record<'project' | 'config' | 'what', string>): Fields {
  const { DOPPLER_PROJECT: itsProject = project, DOPPLER_CONFIG: itsConfig = config } = fields;
  if (itsProject === project && itsConfig === config) return fields;
  throw failure('INSUFFICIENT_PERMISSIONS', `${what}: the token belongs to another config`, DOPPLER.rightsFix);
}
