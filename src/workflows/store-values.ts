import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import { reveal, Secret, type VariableValue } from '../core/secret.ts';
import { escapedText } from '../core/secret-text.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { list } from '../core/text.ts';
import type { SecretWriter } from '../secrets/writer.ts';
import type { RunOptions } from './deploy.ts';
import { type Locked, underLock } from './lock.ts';
import { recordAction } from './record.ts';
import { addRevision, type SettingsChange, type SettingsPart } from './revise.ts';
import type { Workspace } from './workspace.ts';

/** For all values of one command together, ms. */
const TIMEOUT = 120_000;

/** A value and where it is to lie: in the store that a reference names, or without one among the plain variables. */
export interface Placement {
  readonly key: string;
  readonly value: VariableValue;
  readonly reference?: string;
}

export interface Storing {
  readonly environment: EnvironmentConfig;
  /** For the audit log and for whoever is kept waiting: `env fill`. */
  readonly command: string;
  readonly placements: readonly Placement[];
  /** Throws what forbids it; asked under the lock, with the configuration as it is then. */
  readonly allow?: (now: AppliedConfiguration) => Promise<void>;
}

export interface Stored extends SettingsChange {
  /** Secrets whose value at their place is another one now. */
  readonly written: readonly string[];
}

/**
 * Puts values where they are to lie, and makes the environment refer to them in one new revision. Every place is asked first
 * whether it takes values. Values are written before anything refers to them, each whole; cut off in between, the command can
 * be run again.
 */
export async function storeValues(
  workspace: Workspace,
  request: Storing,
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<Stored> {
  const secrets = request.placements.filter(({ reference }) => reference !== undefined);
  workspace.runtime.redactor.add(...secrets.map(({ value }) => secretOf(value)));
  const wish = { workspace, command: request.command, ...options };
  return underLock(wish, request.environment.name, async (locked) => {
    await request.allow?.(await configurationNow(workspace, request.environment));
    const written = secrets.length > 0 ? await writeAll(workspace, request, locked) : [];
    const change = await refer(workspace, request, locked);
    return { ...change, changed: change.changed || written.length > 0, written };
  });
}

function secretOf(value: VariableValue): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

async function writeAll(workspace: Workspace, request: Storing, { stop }: Locked): Promise<string[]> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT)]);
  const writer = await workspace.runtime.openSecretWriter(workspace.config);
  try {
    const places = request.placements.flatMap(({ key, value, reference }) =>
      reference === undefined ? [] : [{ key, value: secretOf(value), reference }],
    );
    for (const { reference } of places) await writer.check(reference, signal);
    await recordAction(workspace, {
      action: request.command,
      environment: request.environment.name,
      detail: { written: places.map(({ reference }) => reference) },
    });
    return await writeEach(writer, places, signal);
  } finally {
    await writer.close();
  }
}

type SecretPlacement = Required<Placement> & { readonly value: Secret };

async function writeEach(
  writer: SecretWriter,
  places: readonly SecretPlacement[],
  signal: AbortSignal,
): Promise<string[]> {
  const [written, done]: [string[], string[]] = [[], []];
  for (const { key, value, reference } of places) {
    try {
      signal.throwIfAborted();
      if ((await writer.write(reference, value, signal)) === 'changed') written.push(key);
      done.push(key);
    } catch (error) {
      throw cutOff(error, done);
    }
  }
  return written;
}

/** What was written stays where it is: the next run finds it there. */
function cutOff(error: unknown, done: readonly string[]): unknown {
  if (!(error instanceof DeployerError) || done.length === 0) return error;
  const line = `${list(done)} ${done.length === 1 ? 'is' : 'are'} in the store already; nothing refers to it yet`;
  return new DeployerError({ ...error.failure, detail: [...(error.failure.detail ?? []), line] }, error);
}

async function refer(workspace: Workspace, request: Storing, { lock }: Locked): Promise<SettingsChange> {
  const { environment, command, placements } = request;
  const settings = settingsFor(placements, await configurationNow(workspace, environment));
  const names = placements.map(({ key }) => key);
  return addRevision(workspace, { environment, lock, action: command, detail: { names }, settings });
}

async function configurationNow({ state }: Workspace, environment: EnvironmentConfig): Promise<AppliedConfiguration> {
  const { document } = await state.read();
  return configurationOf(environment, document.environments[environment.name]);
}

/** What differs from now. A name that changes its kind is taken away from where it was. */
function settingsFor(placements: readonly Placement[], now: AppliedConfiguration): SettingsPart {
  const settings = { variables: new Map<string, string | null>(), secrets: new Map<string, string | null>() };
  const [flags, has] = [new Map<string, null>(), Object.hasOwn];
  for (const { key, value, reference } of placements) {
    const [kind, wanted, other] =
      reference === undefined
        ? (['variables', reveal(value), 'secrets'] as const)
        : (['secrets', reference, 'variables'] as const);
    const text = reference === undefined ? escapedText(wanted) : wanted;
    if (!has(now[kind], key) || now[kind][key] !== wanted) settings[kind].set(key, text);
    if (has(now[other], key)) settings[other].set(key, null);
    if (has(now.flags, key)) flags.set(key, null);
  }
  const asObject = Object.fromEntries<string | null>;
  return {
    variables: asObject(settings.variables),
    secrets: asObject(settings.secrets),
    flags: Object.fromEntries(flags),
  };
}
