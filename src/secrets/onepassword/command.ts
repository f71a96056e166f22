import type { DeployerError, Failure } from '../../core/errors.ts';
import type { CommandResult } from '../../core/ports.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { jsonFields } from '../fields.ts';
import { type FindItem, itemOf } from './item.ts';

/** Bytes of an item. */
const LONGEST = 1024 * 1024;
/** ms. */
const TIMEOUT = 10_000;

/** Items by the user's own `op`. It gets the variables of its own that say who asks, and no other. */
export function commandItems({ processes, environment, root }: ProviderWorld): FindItem {
  return async (vault, item, signal) => {
    const complaints: string[] = [];
    const result = await processes.run({
      argv: ['op', 'item', 'get', item, '--vault', vault, '--format', 'json'],
      cwd: root,
      env: credentialsIn(environment),
      timeout: TIMEOUT,
      keep: LONGEST + 1,
      signal,
      onLine: (line, channel) => channel === 'stderr' && complaints.push(line),
    });
    signal.throwIfAborted();
    const what = `op://${vault}/${item}`;
    const trouble = troubleOf(what, result, complaints.join('\n'));
    if (trouble) throw trouble;
    const found = itemOf(jsonFields(result.stdout));
    if (found) return found;
    throw failure('INVALID_ENV', `${what}: op did not write an item`, 'Bring op up to date; it has to be version 2');
  };
}

function credentialsIn(environment: ProviderWorld['environment']): Record<string, string> {
  const named = Object.entries(environment).filter(([name]) =>
    /^OP_(SERVICE_ACCOUNT_TOKEN$|ACCOUNT$|SESSION)/.test(name),
  );
  return Object.fromEntries(named.filter((entry): entry is [string, string] => Boolean(entry[1])));
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

function troubleOf(what: string, result: CommandResult, complaints: string): DeployerError | undefined {
  const { outcome, exitCode, stdout } = result;
  if (outcome === 'not_found')
    return failure(
      'COMMAND_FAILED',
      'The program op could not be started',
      'Install the command line of 1Password where deployer runs, or set OP_CONNECT_HOST and OP_CONNECT_TOKEN',
    );
  if (outcome === 'timed_out') return failure('TIMEOUT', `${what}: op did not answer within 10s`, SIGN_IN);
  if (exitCode === 0 && Buffer.byteLength(stdout) > LONGEST)
    return failure('INVALID_ENV', `${what}: the item is larger than 1 MiB`, 'Keep only secrets in it');
  if (exitCode === 0) return undefined;
  const known = COMPLAINTS.find(([words]) => words.test(complaints));
  if (known) return failure(known[1], `${what}: ${known[2]}`, known[3]);
  return failure('COMMAND_FAILED', `${what}: op failed (exit code ${exitCode})`, 'Run it by hand: op item get');
}
