import { createHash, randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import { rolesOf } from '../iam/state.ts';
import { Progress } from '../progress.ts';
import { type AwsCall, AwsFault } from '../service.ts';
import { type Code, type Configuration, type Fn, functionArn, rolesSeen } from './state.ts';

const SETTINGS = [
  'Description',
  'Role',
  'Handler',
  'Runtime',
  'MemorySize',
  'Timeout',
  'Environment',
  'VpcConfig',
  'Layers',
  'LoggingConfig',
  'Architectures',
] as const;
const RESERVED =
  /^(?:_HANDLER|AWS_REGION|AWS_DEFAULT_REGION|AWS_LAMBDA_.*|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT)$/;
const [MOST_BYTES, MOST_VARIABLES] = [50 * 1024 * 1024, 4_096];

// biome-ignore lint/suspicious/noExplicitAny: the input was held against the model before
type Input = any;

/** The settings that a call gives, checked as Lambda does. */
export function readSettings(input: Input, call: AwsCall): Record<string, unknown> {
  const given = SETTINGS.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]);
  checkVariables(input.Environment?.Variables ?? {});
  if (input.Role !== undefined) checkRole(input.Role, call);
  return Object.fromEntries(given);
}

function checkVariables(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED.test(name));
  if (reserved.length > 0)
    throw invalid(`Lambda was unable to configure your environment variables because they are reserved: ${reserved}`);
  const bytes = Object.entries(variables).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (bytes > MOST_VARIABLES) throw invalid('Lambda was unable to configure your environment variables: limit is 4KB');
}

function checkRole(arn: string, call: AwsCall): void {
  const name = arn.split('/').at(-1) ?? '';
  const role = rolesOf(call).get(name);
  const first = !rolesSeen(call).has(arn);
  if (role) rolesSeen(call).add(arn);
  const trusted = role?.AssumeRolePolicyDocument.includes('lambda.amazonaws.com');
  if (!trusted || (first && call.world.looks > 0))
    throw invalid('The role defined for the function cannot be assumed by Lambda.');
}

export function readCode({ ZipFile, ImageUri }: Input): Code {
  if (ImageUri !== undefined) return { image: ImageUri, size: 0, sha256: /sha256:(\w+)/.exec(ImageUri)?.[1] ?? '' };
  if (ZipFile === undefined) throw invalid('Please provide a source for function code.');
  const bytes = Buffer.from(ZipFile as Uint8Array);
  if (bytes.length > MOST_BYTES) throw new AwsFault('RequestEntityTooLargeException', 'Request must be smaller', 413);
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  try {
    return { files: unzipSync(new Uint8Array(bytes)), size: bytes.length, sha256 };
  } catch {
    throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
}

export function configurationOf(
  call: AwsCall,
  given: Pick<Configuration, 'version' | 'settings' | 'code'> & { readonly update?: 'update' },
): Configuration {
  const { world } = call;
  const done = world.looks === 0;
  return {
    version: given.version,
    settings: given.settings,
    code: given.code,
    at: world.now(),
    revision: randomUUID(),
    state: given.update || done ? new Progress(world, 'Active') : new Progress(world, 'Pending', 'Active'),
    update: given.update && !done ? new Progress(world, 'InProgress', 'Successful') : new Progress(world, 'Successful'),
  };
}

/** As every answer shows it; lists leave the states out. */
export function shown(call: AwsCall, fn: Fn, one: Configuration, states: 'with states' | 'without' = 'with states') {
  const { version, settings, code, at, revision } = one;
  return {
    ...settings,
    VpcConfig: undefined,
    Layers: undefined,
    FunctionName: fn.name,
    FunctionArn: functionArn(call, fn.name, version === '$LATEST' ? undefined : version),
    Version: version,
    CodeSha256: code.sha256,
    CodeSize: code.size,
    PackageType: fn.packageType,
    LastModified: at.toISOString().replace('Z', '+0000'),
    RevisionId: revision,
    ...(states === 'with states' && { State: one.state.look(), LastUpdateStatus: one.update.look() }),
  };
}

export function invalid(message: string): AwsFault {
  return new AwsFault('InvalidParameterValueException', message);
}
