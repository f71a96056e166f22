import type { SecretCommand } from '../../core/config.ts';
import { formatDuration } from '../../core/duration.ts';
import { DeployerError } from '../../core/errors.ts';
import { nearest } from '../../core/name.ts';
import type { CommandResult } from '../../core/ports.ts';
import type {
  ProviderFactory,
  ProviderWorld,
  ReferenceProblem,
  SecretProvider,
  SecretReference,
  SecretValue,
} from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import { fieldOf, jsonFields } from '../fields.ts';
import { onceEach } from '../once-each.ts';

/** Bytes of output. */
const LONGEST = 1024 * 1024;
/** ms between SIGTERM and SIGKILL. */
const GRACE = 1_000;

/**
 * `exec:NAME`: all that the program NAME of `secret_commands` writes, without the line break at the end;
 * `exec:NAME#FIELD`: a member of the JSON object that it writes. Each program runs once. What it writes is never shown.
 */
export const provider: ProviderFactory = {
  check,
  open,
  readOnly: 'A program under secret_commands only tells secrets; they are set where it takes them from',
};

function check({ path, key, version }: SecretReference, commands: readonly string[]): ReferenceProblem | undefined {
  if (version !== undefined)
    return { message: 'An exec reference has no version', expected: EXPECTED, fix: `Write exec:${path}#${key}` };
  if (commands.includes(path)) return undefined;
  const close = nearest(path, commands);
  return {
    message: 'The exec reference names no program of secret_commands',
    expected: EXPECTED,
    fix: close ? `Did you mean exec:${close}?` : 'Add the program under secret_commands: { NAME: { command: [...] } }',
  };
}

const EXPECTED = 'exec:NAME or exec:NAME#FIELD';

function open(world: ProviderWorld): SecretProvider {
  const outputs = onceEach<string>();
  return { name: 'exec', read };

  async function read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue> {
    const { path } = reference;
    return { value: chosenBy(reference, await outputs(path, () => run(path, world, signal))) };
  }
}

async function run(name: string, world: ProviderWorld, signal: AbortSignal): Promise<string> {
  const command = world.commands[name] as SecretCommand;
  const result = await world.processes.run({
    argv: command.command,
    cwd: world.root,
    env: named(command.env, world.environment),
    timeout: command.timeout,
    grace: GRACE,
    keep: LONGEST + 1,
    signal,
  });
  signal.throwIfAborted();
  const failure = failureOf(name, command, result);
  if (failure) throw failure;
  return result.stdout;
}

function named(names: readonly string[], environment: ProviderWorld['environment']): Record<string, string> {
  const set = names.map((name) => [name, environment[name]] as const);
  return Object.fromEntries(set.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Neither of its streams is told: a careless program writes secrets to both. */
function failureOf(name: string, command: SecretCommand, result: CommandResult): DeployerError | undefined {
  const fail = (code: 'COMMAND_FAILED' | 'TIMEOUT' | 'INVALID_ENV', what: string, fix: string) =>
    new DeployerError({ code, reason: `The program of exec:${name} ${what}`, fix });
  if (result.outcome === 'timed_out')
    return fail(
      'TIMEOUT',
      `did not end within ${formatDuration(command.timeout)}`,
      `Raise secret_commands.${name}.timeout`,
    );
  if (result.outcome === 'not_found')
    return fail('COMMAND_FAILED', `could not be started: ${result.tail.join(' ')}`, 'Install it, or correct its path');
  if (result.exitCode !== 0)
    return fail(
      'COMMAND_FAILED',
      `failed (${endOf(result)})`,
      `Run it by hand to see why; it only sees what secret_commands.${name}.env names`,
    );
  if (Buffer.byteLength(result.stdout) > LONGEST)
    return fail('INVALID_ENV', 'wrote more than 1 MiB', 'Let it write the secrets that are needed only');
  return undefined;
}

function endOf({ exitCode, signal }: CommandResult): string {
  return exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`;
}

function chosenBy(reference: SecretReference, output: string): Secret {
  if (reference.key === undefined) return wholeOf(reference, output.replace(/\r?\n$/, ''));
  const fields = jsonFields(output);
  if (fields) return fieldOf(reference, fields);
  throw new DeployerError({
    code: 'INVALID_ENV',
    reason: `${reference.text}: the program did not write a JSON object`,
    fix: `Let it write one, or refer to all it writes as exec:${reference.path}`,
  });
}

function wholeOf({ text, path }: SecretReference, value: string): Secret {
  if (value !== '') return new Secret(value);
  throw new DeployerError({
    code: 'MISSING_ENV',
    reason: `${text}: the program wrote nothing`,
    fix: `Run the command of secret_commands.${path} by hand, and see what it writes`,
  });
}
