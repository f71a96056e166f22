import { type AwsServer, startAws } from '../aws/server.ts';
import { AwsFault, type AwsService } from '../aws/service.ts';
import { SERVICES } from '../aws/services.ts';

export interface StoredAwsSecret {
  /** The newest last; the one before it has the stage AWSPREVIOUS. */
  readonly versions: readonly { readonly id: string; readonly text?: string; readonly bytes?: string }[];
  /** Label → version, where that is not the newest and the one before. */
  readonly stages?: Readonly<Record<string, string>>;
  readonly isDeleted?: boolean;
  /** Another service of AWS changes it. */
  readonly isManaged?: boolean;
  /** Its key may not be used. */
  readonly isSealed?: boolean;
}

export interface AwsStores {
  readonly account: string;
  readonly server: AwsServer;
  readonly secrets: Map<string, StoredAwsSecret>;
  /** Name → its values, from version 1 on. */
  readonly parameters: Map<string, readonly string[]>;
  /** What a parameter has beside its values, where that is not what a plain SecureString has. */
  readonly traits: Map<string, ParameterTraits>;
  /** Names of parameters that nobody may read. */
  readonly denied: Set<string>;
}

export interface ParameterTraits {
  readonly Type?: string;
  readonly KeyId?: string;
  readonly Tier?: string;
  readonly Description?: string;
  readonly AllowedPattern?: string;
  /** A JSON list, as it is put. */
  readonly Policies?: string;
  /** Its oldest version has a label, which a hundred versions on stops the next. */
  readonly isFull?: boolean;
}

/** Secrets Manager and the parameters of Systems Manager, on the stand-in of AWS, which holds each call against the real models. */
export async function awsStores(): Promise<AwsStores> {
  // Keys follow from the account: one of our own, so that other tests that run meanwhile have other keys.
  const account = String(process.pid).padStart(12, '9');
  const content = {
    secrets: new Map<string, StoredAwsSecret>(),
    parameters: new Map<string, readonly string[]>(),
    traits: new Map<string, ParameterTraits>(),
    denied: new Set<string>(),
  };
  const own = [secretsManager(content.secrets), systemsManager(content)];
  const others = SERVICES.filter(({ signedFor }) => !own.some((service) => service.signedFor === signedFor));
  return { server: await startAws({ accounts: [account], services: [...others, ...own] }), ...content, account };
}

function secretsManager(secrets: AwsStores['secrets']): AwsService {
  return {
    signedFor: 'secretsmanager',
    package: '@aws-sdk/client-secrets-manager',
    model: () => import('@aws-sdk/client-secrets-manager') as never,
    operations: {
      GetSecretValue: ({ SecretId, VersionId, VersionStage }) => {
        const secret = secrets.get(SecretId);
        if (!secret)
          throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
        if (secret.isDeleted)
          throw new AwsFault(
            'InvalidRequestException',
            "You can't perform this operation on the secret because it was marked for deletion.",
          );
        if (secret.isSealed)
          throw new AwsFault(
            'DecryptionFailure',
            "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
          );
        const wanted = VersionId ?? stagesOf(secret)[VersionStage ?? 'AWSCURRENT'];
        const found = secret.versions.find(({ id }) => id === wanted);
        if (!found)
          throw new AwsFault(
            'ResourceNotFoundException',
            "Secrets Manager can't find the specified secret value for staging label.",
          );
        const { id, text, bytes } = found;
        return {
          Name: SecretId,
          VersionId: id,
          SecretString: text,
          SecretBinary: bytes === undefined ? undefined : Buffer.from(bytes),
        };
      },
      CreateSecret: ({ Name, SecretString, ClientRequestToken }) => {
        const there = secrets.get(Name);
        if (there?.isDeleted)
          throw new AwsFault('InvalidRequestException', 'A secret with this name is already scheduled for deletion.');
        if (there && !hasVersion(there, ClientRequestToken, SecretString))
          throw new AwsFault('ResourceExistsException', 'The operation failed because the secret already exists.');
        if (!there) secrets.set(Name, { versions: [{ id: ClientRequestToken, text: SecretString }] });
        return { Name, VersionId: ClientRequestToken };
      },
      PutSecretValue: ({ SecretId, SecretString, ClientRequestToken, VersionStages = ['AWSCURRENT'] }) => {
        const secret = existing(secrets, SecretId);
        if (secret.isManaged)
          throw new AwsFault('InvalidRequestException', `It is managed by RDS, and ${SecretString} was not put.`);
        if (hasVersion(secret, ClientRequestToken, SecretString))
          return { Name: SecretId, VersionId: ClientRequestToken };
        const versions = [...secret.versions, { id: ClientRequestToken, text: SecretString }];
        const own = Object.fromEntries(VersionStages.map((stage: string) => [stage, ClientRequestToken]));
        const first = secret.versions.length === 0 ? { AWSCURRENT: ClientRequestToken } : {};
        secrets.set(SecretId, { ...secret, versions, stages: { ...stagesOf(secret), ...first, ...own } });
        return { Name: SecretId, VersionId: ClientRequestToken, VersionStages };
      },
      UpdateSecretVersionStage: ({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
        const secret = existing(secrets, SecretId);
        const at = stagesOf(secret)[VersionStage];
        const isOwn = at === MoveToVersionId && RemoveFromVersionId === undefined;
        if (at !== undefined && !isOwn && at !== RemoveFromVersionId)
          throw new AwsFault(
            'InvalidParameterException',
            `Staging label ${VersionStage} is attached to version ${at}.`,
          );
        if (!secret.versions.some(({ id }) => id === MoveToVersionId))
          throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the version.");
        const before = VersionStage === 'AWSCURRENT' && at && !isOwn ? { AWSPREVIOUS: at } : {};
        secrets.set(SecretId, {
          ...secret,
          stages: { ...stagesOf(secret), ...before, [VersionStage]: MoveToVersionId },
        });
        return { Name: SecretId };
      },
    },
  };
}

function existing(secrets: AwsStores['secrets'], name: string): StoredAwsSecret {
  const secret = secrets.get(name);
  if (secret) return secret;
  throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

function stagesOf({ versions, stages }: StoredAwsSecret): Readonly<Record<string, string | undefined>> {
  return { AWSCURRENT: versions.at(-1)?.id, AWSPREVIOUS: versions.at(-2)?.id, ...stages };
}

/** A token is good for one text. */
function hasVersion({ versions }: StoredAwsSecret, token: string, text: string): boolean {
  const found = versions.find(({ id }) => id === token);
  if (found && found.text !== text)
    throw new AwsFault('ResourceExistsException', 'A version with this token and other data exists.');
  return found !== undefined;
}

function systemsManager(content: Pick<AwsStores, 'parameters' | 'traits' | 'denied'>): AwsService {
  const { parameters, denied } = content;
  return {
    signedFor: 'ssm',
    package: '@aws-sdk/client-ssm',
    model: () => import('@aws-sdk/client-ssm') as never,
    operations: {
      GetParameters: ({ Names, WithDecryption }) => {
        if (Names.length > 10 || new Set(Names).size < Names.length)
          throw new AwsFault('ValidationException', 'Names are too many, or one of them twice');
        if (Names.some((name: string) => denied.has(name)))
          throw new AwsFault('AccessDeniedException', 'User is not authorized to perform: ssm:GetParameters');
        const found = Names.map((full: string) => parameterOf(content, full, WithDecryption));
        return {
          Parameters: found.filter((one: unknown) => one !== undefined),
          InvalidParameters: Names.filter((_: string, index: number) => found[index] === undefined),
        };
      },
      PutParameter: (input) => putParameter(content, input),
      GetParameterHistory: ({ Name, NextToken, MaxResults = 50, WithDecryption }) => {
        const values = parameters.get(Name);
        if (!values) throw new AwsFault('ParameterNotFound', 'Parameter not found.');
        const all = values.map((_, index) => historyOf(content, Name, index + 1, WithDecryption));
        const from = Number(NextToken ?? 0);
        const next = from + MaxResults < all.length ? String(from + MaxResults) : undefined;
        return { Parameters: all.slice(from, from + MaxResults), NextToken: next };
      },
    },
  };
}

/** As AWS has it: a type never changes, and what a new version is not given goes back to what is usual. */
// biome-ignore lint/suspicious/noExplicitAny: the input was held against the model before
function putParameter({ parameters, traits }: Pick<AwsStores, 'parameters' | 'traits'>, input: any) {
  const { Name, Value, Type, Overwrite, ...more } = input;
  const [values, old] = [parameters.get(Name) ?? [], traits.get(Name) ?? {}];
  if (values.length > 0 && !Overwrite)
    throw new AwsFault('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set it so.');
  if (values.length > 0 && Type !== (old.Type ?? 'SecureString'))
    throw new AwsFault('HierarchyTypeMismatchException', 'The parameter has another type.');
  if (/^\/?(?:aws|ssm)/i.test(Name) || Value === '' || /\{\{.*\}\}/.test(Value) || (values.length === 0 && !Type))
    throw new AwsFault('ValidationException', `1 validation error detected: Value '${Value}' at 'value' is not valid`);
  if (Buffer.byteLength(Value) > (more.Tier === 'Advanced' ? 8192 : 4096))
    throw new AwsFault('ValidationException', `Value ${Value} is too long for the tier.`);
  if (more.AllowedPattern && !new RegExp(more.AllowedPattern).test(Value))
    throw new AwsFault('ParameterPatternMismatchException', `Parameter value ${Value} failed to satisfy the pattern.`);
  if (old.isFull) throw new AwsFault('ParameterMaxVersionLimitExceeded', 'The oldest version has a label.');
  parameters.set(Name, [...values, Value]);
  traits.set(Name, { Type, ...more });
  return { Version: values.length + 1, Tier: more.Tier ?? 'Standard' };
}

function historyOf(
  { parameters, traits }: Pick<AwsStores, 'parameters' | 'traits'>,
  Name: string,
  Version: number,
  isOpened: boolean | undefined,
) {
  const { isFull: _, Policies: put = '[]', ...more } = traits.get(Name) ?? {};
  const Policies = JSON.parse(put).map((policy: { Type: string }) => ({
    PolicyText: JSON.stringify(policy),
    PolicyType: policy.Type,
    PolicyStatus: 'Pending',
  }));
  const Value = isOpened ? parameters.get(Name)?.[Version - 1] : 'AQICAHsealed';
  return { Name, Version, Value, Type: 'SecureString', KeyId: 'alias/aws/ssm', Tier: 'Standard', Policies, ...more };
}

/** Who does not ask for decryption gets the sealed text as the value, as from AWS. */
function parameterOf(
  { parameters, traits }: Pick<AwsStores, 'parameters' | 'traits'>,
  full: string,
  isOpened: boolean | undefined,
) {
  const [name = '', selector] = full.split(':');
  const values = parameters.get(name) ?? [];
  const version = selector === undefined ? values.length : Number(selector);
  const value = values[version - 1];
  if (value === undefined) return undefined;
  const Selector = selector === undefined ? undefined : `:${selector}`;
  return {
    Name: name,
    Type: traits.get(name)?.Type ?? 'SecureString',
    Value: isOpened ? value : 'AQICAHsealed',
    Version: version,
    Selector,
    DataType: 'text',
  };
}
