import { randomUUID } from 'node:crypto';
import type { Aws } from '../../aws/aws.ts';
import { hasCode, wordsOf } from '../../aws/failure.ts';
import { DeployerError } from '../../core/errors.ts';
import type { ProviderWorld, SecretReference } from '../../core/provider.ts';
import type { Secret } from '../../core/secret.ts';
import { failure } from '../failure.ts';
import { holdsInexact, inexactBeside, jsonFields } from '../fields.ts';
import { writeInRounds } from '../rounds.ts';
import { askAws } from './access.ts';

/** Bytes of a secret. */
const MOST = 65_536;
/** What a version has from when it is written until it is the current one, and keeps. */
const LABEL = 'deployer';

/** A secret that a reference leads to. */
export interface SecretPlace {
  readonly reference: SecretReference;
  /** Of the region that the secret is in. */
  readonly aws: Aws;
  /** The account that its ARN names; none for a name. */
  readonly account?: string;
}

/** The current version; nothing where there is no secret, or one without a value. */
interface Present {
  readonly text?: string;
  readonly version?: string;
}

/**
 * Sets one key of the JSON object in a secret, or the whole text of one that is no object. A new version becomes the current one
 * only if that is still the one that was read, so that no other writer's change is lost.
 */
export function writeSecret(
  place: SecretPlace,
  value: Secret,
  { clock, signal }: Pick<ProviderWorld, 'clock'> & { readonly signal: AbortSignal },
): Promise<'changed' | 'unchanged'> {
  const versionOf = versionTokens();
  return writeInRounds<Present>(
    {
      what: nameOf(place),
      read: () => presentAt(place, signal),
      isDone: ({ text }) => text !== undefined && valueIn(place, text) === value.reveal(),
      write: ({ text, version }) => {
        const next = nextText(place, text, value.reveal());
        return put(place, { text: next, id: versionOf(next), after: version }, signal);
      },
    },
    { clock, signal },
  );
}

/** Throws for what is there and cannot be written, or not be looked at. */
export async function mayWriteSecret(place: SecretPlace, signal: AbortSignal): Promise<void> {
  const { aws, account } = place;
  if (account !== undefined) {
    const [sts, errand] = [await aws.sts(), { what: nameOf(place), right: 'sts:GetCallerIdentity' }];
    const { Account } = await askAws((limited) => sts.getCallerIdentity({}, limited), errand, signal);
    if (Account !== account) throw ofOthers(place);
  }
  const { text } = await presentAt(place, signal);
  if (text !== undefined && place.reference.key !== undefined) membersOf(place, text);
}

function nameOf({ reference }: SecretPlace): string {
  return `aws-sm:${reference.path}`;
}

/** The same for the same text: what is sent again is not made twice. */
function versionTokens(): (text: string) => string {
  let known: { readonly text: string; readonly id: string } | undefined;
  return (text) => {
    known = known?.text === text ? known : { text, id: randomUUID() };
    return known.id;
  };
}

async function presentAt(place: SecretPlace, signal: AbortSignal): Promise<Present> {
  const [manager, what] = [await place.aws.secretsManager(), nameOf(place)];
  const nothing = (error: unknown) => {
    if (hasCode(error, 'ResourceNotFound') && place.account === undefined) return undefined;
    throw error;
  };
  const found = await askAws(
    (limited) => manager.getSecretValue({ SecretId: place.reference.path }, limited).catch(nothing),
    { what, right: 'secretsmanager:GetSecretValue' },
    signal,
  );
  if (!found) return {};
  if (found.SecretString === undefined) throw failure('INVALID_ENV', `${what} is binary`, 'Choose another secret');
  return { text: found.SecretString, version: found.VersionId ?? '' };
}

function valueIn(place: SecretPlace, text: string): unknown {
  const { key } = place.reference;
  return key === undefined ? text : membersOf(place, text)[key];
}

function nextText(place: SecretPlace, text: string | undefined, value: string): string {
  const { key } = place.reference;
  if (key !== undefined) return JSON.stringify({ ...(text === undefined ? {} : membersOf(place, text)), [key]: value });
  const stays = jsonFields(value) ?? {};
  const lost = Object.keys(jsonFields(text ?? '') ?? {}).filter((name) => !Object.hasOwn(stays, name));
  if (lost.length === 0) return value;
  throw failure(
    'INVALID_ENV',
    `${nameOf(place)} is a JSON object, and the value has not all keys that would be lost with it`,
    `Set one key of it as ${nameOf(place)}#KEY, or choose another secret`,
  );
}

function membersOf(place: SecretPlace, text: string) {
  const members = jsonFields(text);
  if (!members)
    throw failure(
      'INVALID_ENV',
      `${nameOf(place)} is not a JSON object, which alone has keys`,
      `Choose another secret, or set all of it as ${nameOf(place)}`,
    );
  if (holdsInexact(members)) throw inexactBeside(nameOf(place), 'Write the key by aws secretsmanager put-secret-value');
  return members;
}

interface Version {
  readonly text: string;
  readonly id: string;
  /** The one that is current until then. */
  readonly after: string | undefined;
}

async function put(place: SecretPlace, version: Version, signal: AbortSignal): Promise<'written' | 'overtaken'> {
  if (Buffer.byteLength(version.text) > MOST)
    throw failure('INVALID_ENV', `${nameOf(place)} would hold more than ${MOST} bytes`, 'Choose another secret');
  if (version.after === undefined && (await create(place, version, signal)) === 'made') return 'written';
  await add(place, version, signal);
  return makeCurrent(place, version, signal);
}

/** `there`: made meanwhile, or before, without a value. */
async function create(place: SecretPlace, { text, id }: Version, signal: AbortSignal): Promise<'made' | 'there'> {
  const manager = await place.aws.secretsManager();
  const input = { Name: place.reference.path, SecretString: text, ClientRequestToken: id };
  const isThere = (error: unknown): 'there' => {
    if (hasCode(error, 'ResourceExists')) return 'there';
    throw refused(error);
  };
  return askAws(
    (limited) => manager.createSecret(input, limited).then(() => 'made' as const, isThere),
    { what: nameOf(place), right: 'secretsmanager:CreateSecret', does: 'write' },
    signal,
  );
}

/** Beside the current version. */
async function add(place: SecretPlace, { text, id }: Version, signal: AbortSignal): Promise<void> {
  const [manager, SecretId] = [await place.aws.secretsManager(), place.reference.path];
  const input = { SecretId, SecretString: text, ClientRequestToken: id, VersionStages: [LABEL] };
  await askAws(
    (limited) =>
      manager.putSecretValue(input, limited).catch((error: unknown) => {
        throw refused(error);
      }),
    { what: nameOf(place), right: 'secretsmanager:PutSecretValue', does: 'write' },
    signal,
  );
}

/** AWS refuses it when the label is elsewhere than it is said to be: the store's check-and-set. */
async function makeCurrent(
  place: SecretPlace,
  { id, after }: Version,
  signal: AbortSignal,
): Promise<'written' | 'overtaken'> {
  const [manager, SecretId] = [await place.aws.secretsManager(), place.reference.path];
  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: id };
  const input = after === undefined ? move : { ...move, RemoveFromVersionId: after };
  const isRefused = (error: unknown): boolean => {
    if (hasCode(error, 'InvalidParameter', 'InvalidRequest')) return true;
    throw error;
  };
  const refusal = await askAws(
    (limited) => manager.updateSecretVersionStage(input, limited).then(() => false, isRefused),
    { what: nameOf(place), right: 'secretsmanager:UpdateSecretVersionStage', does: 'write' },
    signal,
  );
  if (!refusal) return 'written';
  if ((await presentAt(place, signal)).version !== after) return 'overtaken';
  throw failure('INVALID_ENV', `${nameOf(place)}: ${NOT_TAKEN}`, MANAGED_FIX);
}

const NOT_TAKEN = 'AWS does not take the new version';
const MANAGED_FIX = 'What another service of AWS manages is changed there; else choose another secret';

/** What has a meaning for reading too is left as it is. */
function refused(error: unknown): unknown {
  const isOwn = hasCode(error, 'InvalidParameter', 'InvalidRequest', 'Validation') && !/deletion/i.test(wordsOf(error));
  if (!isOwn || !(error instanceof DeployerError)) return error;
  return failure('INVALID_ENV', NOT_TAKEN, MANAGED_FIX);
}

function ofOthers(place: SecretPlace) {
  return failure(
    'UNSUPPORTED',
    `${nameOf(place)} is a secret of another account`,
    'Use credentials of that account, or choose another secret',
  );
}
