import type { Aws } from '../../aws/aws.ts';
import { hasCode } from '../../aws/failure.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import type { Secret } from '../../core/secret.ts';
import { failure } from '../failure.ts';
import { writeInRounds } from '../rounds.ts';
import { askAws, awsByRegion } from './access.ts';

/** Bytes of a value. */
const MOST = { Standard: 4096, Advanced: 8192, 'Intelligent-Tiering': 8192 } as const;

/** What is at a name now: its value, and all that a new version has to be given again to keep it. */
interface Present {
  readonly value?: string;
  readonly kept: Kept;
}

interface Kept {
  readonly Tier?: keyof typeof MOST;
  readonly KeyId?: string;
  readonly Description?: string;
  readonly AllowedPattern?: string;
  /** A JSON list. */
  readonly Policies?: string;
}

/** Writes parameters, each as a `SecureString`. */
export interface ParameterWriter {
  write(name: string, value: Secret, signal: AbortSignal): Promise<'changed' | 'unchanged'>;
  /** Throws for what is there and cannot be written anew, or not be looked at. */
  mayWrite(name: string, signal: AbortSignal): Promise<void>;
}

/**
 * A new parameter is standard and has AWS's own key; one that is there keeps key, tier, description, pattern and policies. The
 * store has no check-and-set for values: of two that are set in the same moment the earlier one is the version before.
 */
export function parameterWriter(world: Pick<ProviderWorld, 'environment' | 'clock'>): ParameterWriter {
  const aws = awsByRegion(world);
  // A try that the SDK makes by itself, after a lost answer, would be a version more.
  const once = awsByRegion(world, 1);
  return {
    mayWrite: async (name, signal) => void (await presentAt(name, aws(), signal)),
    write: (name, value, signal) =>
      writeInRounds<Present>(
        {
          what: `aws-ssm:${name}`,
          read: () => presentAt(name, aws(), signal),
          isDone: (present) => present.value === value.reveal(),
          write: (present) => put({ name, text: value.reveal(), present }, once(), signal),
        },
        { clock: world.clock, signal },
      ),
  };
}

async function presentAt(name: string, aws: Aws, signal: AbortSignal): Promise<Present> {
  const [ssm, what] = [await aws.ssm(), `aws-ssm:${name}`];
  const { Parameters: [found] = [] } = await askAws(
    (limited) => ssm.getParameters({ Names: [name], WithDecryption: true }, limited),
    { what, right: 'ssm:GetParameters' },
    signal,
  );
  if (!found) return { kept: { Tier: 'Standard' } };
  if (found.Type !== 'SecureString') throw inClear(what, found.Type);
  return { value: found.Value ?? '', kept: await keptAt(name, aws, signal) };
}

/** The history alone tells the key, and unlike a description of parameters it can be allowed for single ones. */
async function keptAt(name: string, aws: Aws, signal: AbortSignal): Promise<Kept> {
  const ssm = await aws.ssm();
  const errand = { what: `aws-ssm:${name}`, right: 'ssm:GetParameterHistory' };
  const page = (token?: string) => ({ Name: name, MaxResults: 50, ...(token ? { NextToken: token } : {}) });
  const next = (token?: string) => askAws((limited) => ssm.getParameterHistory(page(token), limited), errand, signal);
  let last = await next();
  while (last.NextToken) last = await next(last.NextToken);
  // The newest is the last one.
  const { KeyId, Tier, Description, AllowedPattern, Policies = [] } = last.Parameters?.at(-1) ?? {};
  return {
    ...(Tier ? { Tier } : {}),
    ...(KeyId ? { KeyId } : {}),
    ...(Description ? { Description } : {}),
    ...(AllowedPattern ? { AllowedPattern } : {}),
    ...(Policies.length > 0 ? { Policies: `[${Policies.map(({ PolicyText }) => PolicyText).join()}]` } : {}),
  };
}

interface Version {
  readonly name: string;
  readonly text: string;
  readonly present: Present;
}

async function put({ name, text, present }: Version, aws: Aws, signal: AbortSignal): Promise<'written' | 'overtaken'> {
  const [ssm, what] = [await aws.ssm(), `aws-ssm:${name}`];
  const { Tier = 'Standard' } = present.kept;
  if (Buffer.byteLength(text) > MOST[Tier]) throw tooLong(what, MOST[Tier]);
  const isThere = present.value !== undefined;
  const input = { Name: name, Value: text, Type: 'SecureString', ...present.kept, Overwrite: isThere } as const;
  return askAws(
    (limited) => ssm.putParameter(input, limited).then(() => 'written' as const, whyNot),
    { what, right: 'ssm:PutParameter', does: 'write' },
    signal,
  );
}

/** That one came into being meanwhile is nothing wrong. */
function whyNot(error: unknown): 'overtaken' {
  if (hasCode(error, 'ParameterAlreadyExists')) return 'overtaken';
  if (hasCode(error, 'ParameterPatternMismatch'))
    throw failure('INVALID_ENV', 'the value is not of the form that the parameter has as its AllowedPattern', FORM_FIX);
  if (hasCode(error, 'Validation'))
    throw failure('INVALID_ENV', 'AWS does not take the value or the name', VALIDATION_FIX);
  if (hasCode(error, 'ParameterMaxVersionLimitExceeded'))
    throw failure('QUOTA_EXCEEDED', 'its oldest version has a label, so that no newer one can be made', LABEL_FIX);
  throw error;
}

const FORM_FIX = 'Correct the value, or change the pattern by aws ssm put-parameter';
const VALIDATION_FIX =
  'Values cannot hold {{…}}; names cannot begin with aws or ssm, nor go deeper than 15 levels: keep it in another store';
const LABEL_FIX = 'Move the label by aws ssm label-parameter-version';

/** AWS never turns one into the other. */
function inClear(what: string, type = 'String') {
  return failure(
    'GATE_REFUSED',
    `${what} is of type ${type}, which keeps values in the clear`,
    'Choose another name, or remove the parameter first: its type cannot be changed',
  );
}

function tooLong(what: string, most: number) {
  return failure(
    'INVALID_ENV',
    `${what} holds values of up to ${most} bytes, and this one is longer`,
    'Keep it in aws-sm, or make the parameter before by aws ssm put-parameter --tier Advanced, which AWS charges for',
  );
}
