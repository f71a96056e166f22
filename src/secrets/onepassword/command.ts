import type { DeployerError, Failure } from '../../core/errors.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { jsonFields } from '../fields.ts';
import { askProgram, type ProgramAnswer, variablesLike } from '../program-call.ts';
import { type FindItem, itemOf } from './item.ts';

/** What of 1Password's own says who asks. */
const CREDENTIALS = /^OP_(SERVICE_ACCOUNT_TOKEN$|ACCOUNT$|SESSION)/;

/** Items by the user's own `op`. It gets the variables of its own that say who asks, and no other. */
export function commandItems(world: Pick<ProviderWorld, 'processes' | 'root' | 'environment'>): FindItem {
  return async (vault, item, signal) => {
    const argv = ['op', 'item', 'get', item, '--vault', vault, '--format', 'json'];
    const env = variablesLike(CREDENTIALS, world.environment);
    const answer = await askProgram({ argv, env }, world, signal);
    const what = `op://${vault}/${item}`;
    const trouble = troubleOf(what, answer);
    if (trouble) throw trouble;
    const found = itemOf(jsonFields(answer.stdout));
    if (found) return found;
    throw failure('INVALID_ENV', `${what}: op did not write an item`, 'Bring op up to date; it has to be version 2');
  };
}

const SIGN_IN = 'Set OP_SERVICE_ACCOUNT_TOKEN, or OP_CONNECT_HOST and OP_CONNECT_TOKEN, where deployer runs';

/** `op` ends with 1 for everything; its words are looked at, and never shown. The first that fits counts. */
const COMPLAINTS: readonly (readonly [RegExp, Failure['code'], string, string])[] = [
  [/more than one item matches/i, 'INVALID_CONFIG', 'several items have this name', 'Name the item by its ID'],
  [
    /isn't a vault|isn't an item|not found|\b404\b/i,
    'MISSING_ENV',
    'there is no such vault or item',
    'Correct the name, or give the account access to the vault',
  ],
  [
    /\b403\b|forbidden|permission/i,
    'INSUFFICIENT_PERMISSIONS',
    'the account has no right to read there',
    'Give the service account access to the vault',
  ],
  [/rate limit|too many requests|\b429\b/i, 'RATE_LIMIT_EXCEEDED', '1Password asks to slow down', 'Try again later'],
  [
    /dial tcp|no such host|connection (refused|reset)|i\/o timeout|\b5\d\d\b/i,
    'PLATFORM_UNAVAILABLE',
    '1Password cannot be reached',
    'Check the connection, then try again',
  ],
  [
    /\b401\b|unauthorized|signed in|sign in|no accounts? configured|service ?account/i,
    'AUTH_FAILED',
    '1Password does not take the credentials',
    SIGN_IN,
  ],
];

function troubleOf(what: string, answer: ProgramAnswer): DeployerError | undefined {
  const { outcome, exitCode, complaints, isTooLong } = answer;
  if (outcome === 'not_found')
    return failure(
      'COMMAND_FAILED',
      'The program op could not be started',
      'Install the command line of 1Password where deployer runs, or set OP_CONNECT_HOST and OP_CONNECT_TOKEN',
    );
  if (outcome === 'timed_out') return failure('TIMEOUT', `${what}: op did not answer within 10s`, SIGN_IN);
  if (exitCode === 0 && isTooLong)
    return failure('INVALID_ENV', `${what}: the item is larger than 1 MiB`, 'Keep only secrets in it');
  if (exitCode === 0) return undefined;
  const known = COMPLAINTS.find(([words]) => words.test(complaints));
  if (known) return failure(known[1], `${what}: ${known[2]}`, known[3]);
  return failure('COMMAND_FAILED', `${what}: op failed (exit code ${exitCode})`, 'Run it by hand: op item get');
}
