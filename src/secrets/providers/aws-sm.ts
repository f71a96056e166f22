import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import type { Secret } from '../../core/secret.ts';
import { askAws, awsByRegion } from '../aws/access.ts';
import { mayWriteSecret, type SecretPlace, writeSecret } from '../aws/write-secret.ts';
import { failure } from '../failure.ts';
import { fieldOf, jsonFields } from '../fields.ts';
import { onceEach } from '../once-each.ts';

/**
 * `aws-sm:NAME` is the whole text of a secret in AWS Secrets Manager; `aws-sm:NAME#KEY` a member of the JSON object in it;
 * `aws-sm:NAME#KEY@VERSION` of a version, by its ID or stage. NAME may be an ARN. Each secret is read once.
 */
export const provider: ProviderFactory = { check, open };

const EXPECTED = 'aws-sm:NAME or aws-sm:NAME#KEY or aws-sm:NAME#KEY@VERSION';
const NAME = /^[\w/+=.@-]{1,512}$/;
const ARN = /^arn:aws[\w-]*:secretsmanager:([a-z0-9-]+):(\d{12}):secret:[\w/+=.@-]+$/;
const VERSION_ID = /^[0-9a-f-]{32,64}$/i;

function check({ path, version }: SecretReference): ReferenceProblem | undefined {
  const isVersion = version === undefined || /^[\w/+=.-]{1,256}$/.test(version);
  if ((NAME.test(path) || ARN.test(path)) && isVersion) return undefined;
  return {
    message: 'A reference to AWS Secrets Manager names a secret, and a key in it if it is a JSON object',
    expected: EXPECTED,
    fix: `Write ${EXPECTED}; a version is an ID or a stage such as AWSPREVIOUS`,
  };
}

interface Found {
  readonly text: string;
  readonly version?: string;
}

function open(world: ProviderWorld): SecretProvider {
  const secrets = onceEach<Found>();
  const aws = awsByRegion(world);
  return {
    name: 'aws-sm',
    read,
    write: (reference, value, signal) => writeSecret(placeOf(reference), value, { clock: world.clock, signal }),
    mayWrite: (reference, signal) => mayWriteSecret(placeOf(reference), signal),
  };

  function placeOf(reference: SecretReference): SecretPlace {
    const [, region, account] = ARN.exec(reference.path) ?? [];
    return { reference, aws: aws(region), ...(account === undefined ? {} : { account }) };
  }

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path, version = '' } = reference;
    const found = await secrets(`${path}@${version}`, () => readSecret(reference, aws, signal));
    return { value: chosenBy(reference, found.text), ...(found.version ? { version: found.version } : {}) };
  }
}

async function readSecret(
  { path, version }: SecretReference,
  aws: ReturnType<typeof awsByRegion>,
  signal: AbortSignal,
): Promise<Found> {
  const manager = await aws(ARN.exec(path)?.[1]).secretsManager();
  const which =
    version === undefined ? {} : VERSION_ID.test(version) ? { VersionId: version } : { VersionStage: version };
  const what = `aws-sm:${path}${version === undefined ? '' : ` in version ${version}`}`;
  const errand = { what, right: 'secretsmanager:GetSecretValue' };
  const { SecretString: text, VersionId: id } = await askAws(
    (limited) => manager.getSecretValue({ SecretId: path, ...which }, limited),
    errand,
    signal,
  );
  if (text === undefined) throw failure('INVALID_ENV', `${what} is binary`, 'Keep it as a text');
  return { text, ...(id ? { version: id } : {}) };
}

function chosenBy(reference: SecretReference, text: string): Secret {
  if (reference.key === undefined) return fieldOf({ ...reference, key: 'text' }, { text });
  const fields = jsonFields(text);
  if (fields) return fieldOf(reference, fields);
  throw failure(
    'INVALID_ENV',
    `aws-sm:${reference.path} is not a JSON object`,
    `Refer to all of it as aws-sm:${reference.path}`,
  );
}
