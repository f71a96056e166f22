import type { Aws } from '../../aws/aws.ts';
import { DeployerError } from '../../core/errors.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { askAws, awsByRegion } from '../aws/access.ts';
import { gathered } from '../aws/gathered.ts';
import { parameterWriter } from '../aws/write-parameter.ts';
import { failure, pinnedVersion } from '../failure.ts';
import { fieldOf } from '../fields.ts';

/**
 * `aws-ssm:/PATH/NAME` or `aws-ssm:/PATH/NAME@VERSION`: a parameter of AWS Systems Manager, decrypted; a version is a number or
 * a label. Up to ten are read by one call.
 */
export const provider: ProviderFactory = { check, open };

const FORM = /^(\/?[\w.-]+(?:\/[\w.-]+)*)(?:@(\d{1,12}|[A-Za-z][\w.-]{0,99}))?$/;
const EXPECTED = 'aws-ssm:/PATH/NAME or aws-ssm:/PATH/NAME@VERSION';

function check({ path, key }: SecretReference): ReferenceProblem | undefined {
  if (FORM.test(path) && key === undefined) return undefined;
  return {
    message: 'A reference to AWS Systems Manager names one parameter',
    expected: EXPECTED,
    fix:
      key === undefined
        ? `Write ${EXPECTED}, such as aws-ssm:/shop/production/database_url`
        : `Write ${EXPECTED}; a place for many is aws-ssm:${path.replace(/\/$/, '')}/{KEY}`,
  };
}

interface Parameter {
  readonly value: string;
  readonly version: string;
}

function open(world: ProviderWorld): SecretProvider {
  const aws = awsByRegion(world);
  const parameters = gathered<Parameter>(10, (names, signal) => getParameters(names, aws(), signal));
  const writer = parameterWriter(world);
  return {
    name: 'aws-ssm',
    read,
    write: async (reference, value, signal) => writer.write(nameToWrite(reference), value, signal),
    mayWrite: async (reference, signal) => writer.mayWrite(nameToWrite(reference), signal),
  };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const [, name = '', version] = FORM.exec(reference.path) ?? [];
    const full = version === undefined ? name : `${name}:${version}`;
    const found = await parameters(full, signal).catch((error: unknown) => alone(full, error, signal));
    if (!found) throw failure('MISSING_ENV', `${reference.text} is not there`, GONE_FIX);
    return { value: fieldOf({ ...reference, key: 'value' }, { ...found }), version: found.version };
  }

  /** One that may not be read spoils the call for all in it, and whoever began it may have given up. */
  async function alone(name: string, error: unknown, signal: AbortSignal): Promise<Parameter | undefined> {
    signal.throwIfAborted();
    if (error instanceof DeployerError && error.code !== 'INSUFFICIENT_PERMISSIONS') throw error;
    return (await getParameters([name], aws(), signal)).get(name);
  }
}

function nameToWrite({ path, text }: SecretReference): string {
  const [, name = '', version] = FORM.exec(path) ?? [];
  if (version !== undefined) throw pinnedVersion(text);
  return name;
}

const GONE_FIX =
  'Correct name and version, AWS_REGION or AWS_PROFILE; a parameter belongs to one region of one account';

async function getParameters(
  names: readonly string[],
  aws: Aws,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Parameter>> {
  const ssm = await aws.ssm();
  const what = names.length === 1 ? `aws-ssm:${names[0]}` : 'AWS Systems Manager';
  const { Parameters = [] } = await askAws(
    (limited) => ssm.getParameters({ Names: [...names], WithDecryption: true }, limited),
    { what, right: 'ssm:GetParameters' },
    signal,
  );
  const found = Parameters.map(({ Name, Selector = '', Value = '', Version = 0 }) => {
    return [`${Name}${Selector}`, { value: Value, version: String(Version) }] as const;
  });
  return new Map(found);
}
