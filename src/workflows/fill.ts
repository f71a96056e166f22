import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { nearest } from '../core/name.ts';
import { reveal, Secret, type Variables } from '../core/secret.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { list } from '../core/text.ts';
import { judgeValue } from '../variables/judge.ts';
import type { Flaw } from '../variables/kinds/kind.ts';
import type { RunOptions } from './deploy.ts';
import { findTarget } from './observe.ts';
import { presentValues } from './present-values.ts';
import { refuseErrors } from './refuse.ts';
import { secretPlaces } from './secret-place.ts';
import { isSecretValue } from './sensitive.ts';
import { type Placement, type Stored, storeValues } from './store-values.ts';
import { type Wanted, wantedVariables } from './wanted-variables.ts';
import type { Workspace } from './workspace.ts';

export interface FillRequest {
  readonly env: string;
  /** See `PlaceRequest.to`. */
  readonly to?: string;
  /** `missing`: a value that is there and wrong is left. */
  readonly only: 'missing' | 'missing and invalid';
}

/** A variable that is to get a value, and why. */
export interface Gap extends Wanted {
  /** What is wrong with the value there is; `undefined` when there is none. */
  readonly flaw?: Flaw;
}

/** What an environment lacks, and the means to give it. */
export interface Filling {
  readonly environment: EnvironmentConfig;
  readonly wanted: readonly Wanted[];
  readonly gaps: readonly Gap[];
  /** What is set now. */
  readonly present: Variables;
  readonly warnings: readonly Finding[];
  /** What is wrong with a value for a variable; no text of it holds the value. */
  flawsOf(wanted: Wanted, value: string): readonly Flaw[];
  /** Whether a value of it is typed unseen. */
  isSecret(wanted: Wanted): boolean;
  /** Where the value of a secret goes; throws what keeps it from being written there. */
  placeOf(wanted: Wanted): Promise<string>;
  /** Puts values where they belong, see `storeValues`. */
  store(values: Readonly<Record<string, string>>, options?: Pick<RunOptions, 'lockWaitMs'>): Promise<Stored>;
}

/** Looks what is missing. A secret that cannot be read now is no gap: the error is told, and nothing is asked. */
export async function openFilling(workspace: Workspace, request: FillRequest): Promise<Filling> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, request);
  const configuration = configurationOf(environment, document.environments[environment.name]);
  const wanted = await wantedVariables(workspace, environment, { configuration });
  const keys = new Set(wanted.map(({ spec }) => spec.key));
  const { values, unread, warnings } = await presentValues(workspace, environment, configuration, keys);
  refuseErrors([...unread.values()].filter(({ code }) => code !== 'MISSING_ENV' && code !== 'INVALID_ENV'));
  const storing = { environment, configuration, wanted, ...(request.to === undefined ? {} : { to: request.to }) };
  const place = { mode: environment.mode, given: (key: string) => Object.hasOwn(values, key) };
  const flawsOf = ({ spec }: Wanted, value: string) =>
    judgeValue(spec, isSecretValue(spec, value, configuration) ? new Secret(value) : value, place);
  const gaps = wanted.flatMap((one): Gap[] => {
    const now = Object.hasOwn(values, one.spec.key) ? values[one.spec.key] : undefined;
    if (now === undefined || reveal(now) === '') return isAsked(one, unread) ? [one] : [];
    const flaw = judgeValue(one.spec, now, place).find(({ level }) => level === 'error');
    return flaw && request.only !== 'missing' ? [{ ...one, flaw }] : [];
  });
  return {
    environment,
    wanted,
    gaps,
    present: values,
    warnings,
    flawsOf,
    isSecret: ({ spec }) => isSecretValue(spec, '', configuration),
    placeOf: ({ spec }) => inPlaces(workspace, storing, (place) => place(spec.key)),
    store: (given, options) => store(workspace, { ...storing, given }, options),
  };
}

/** An optional one that nobody refers to is left alone. */
function isAsked({ spec }: Wanted, unread: ReadonlyMap<string, Finding>): boolean {
  return spec.required || unread.has(spec.key);
}

interface Storing {
  readonly environment: EnvironmentConfig;
  readonly configuration: AppliedConfiguration;
  readonly wanted: readonly Wanted[];
  readonly to?: string;
}

async function store(
  workspace: Workspace,
  { given, ...storing }: Storing & { given: Readonly<Record<string, string>> },
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<Stored> {
  const { environment, configuration, wanted } = storing;
  const chosen = wanted.filter(({ spec }) => Object.hasOwn(given, spec.key));
  const placements = await inPlaces(workspace, storing, (place) =>
    Promise.all(
      chosen.map(async ({ spec }): Promise<Placement> => {
        const [key, value] = [spec.key, given[spec.key] ?? ''];
        if (!isSecretValue(spec, value, configuration)) return { key, value };
        return { key, value: new Secret(value), reference: await place(key) };
      }),
    ),
  );
  return storeValues(workspace, { environment, command: 'env fill', placements }, options);
}

async function inPlaces<T>(
  { runtime, config }: Workspace,
  { environment, configuration, to }: Storing,
  use: (place: (key: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const writer = await runtime.openSecretWriter(config);
  try {
    const request = { environment, configuration, writer };
    return await use(secretPlaces(to === undefined ? request : { ...request, to }));
  } finally {
    await writer.close();
  }
}

/**
 * Values that somebody gives all at once: only for variables that are wanted, all of them right, or nothing is stored. One that
 * has another value already is refused unless it may be overwritten; one that has the same is left out of the answer.
 */
export function acceptedValues(
  { wanted, gaps, present, environment, flawsOf }: Filling,
  given: Readonly<Record<string, string>>,
  existing: 'keep' | 'overwrite',
): Readonly<Record<string, string>> {
  const byKey = new Map(wanted.map((one) => [one.spec.key, one]));
  const unknown = Object.keys(given).find((key) => !byKey.has(key));
  if (unknown !== undefined) throw notWanted(unknown, environment.name, [...byKey.keys()]);
  const isSame = (key: string, value: string) => Object.hasOwn(present, key) && reveal(present[key] ?? '') === value;
  const fresh = Object.entries(given).filter(([key, value]) => value !== '' && !isSame(key, value));
  refuseErrors(fresh.flatMap(([key, value]) => problems(key, flawsOf(byKey.get(key) as Wanted, value))));
  const isGap = (key: string) => gaps.some(({ spec }) => spec.key === key) || !Object.hasOwn(present, key);
  const taken = fresh.map(([key]) => key).filter((key) => !isGap(key));
  if (existing === 'keep' && taken.length > 0) throw inTheWay(taken, environment.name);
  return Object.fromEntries(fresh);
}

function problems(key: string, flaws: readonly Flaw[]): Finding[] {
  return flaws.map(({ level, what, expected, fix = `Give ${key} another value` }) => ({
    level,
    code: 'INVALID_ENV',
    message: `${key} ${what}`,
    key,
    fix,
    ...(expected === undefined ? {} : { expected }),
  }));
}

/** What does not look like a name is not shown: it may be a part of a value. */
function notWanted(key: string, env: string, known: readonly string[]): DeployerError {
  const close = nearest(key, known);
  const shown = /^[A-Z][A-Z0-9_]{0,63}$/.test(key) ? key : 'a variable with a name that was given';
  return new DeployerError({
    code: 'USAGE',
    reason: `Nothing in ${env} needs ${shown}`,
    fix: close
      ? `Did you mean ${close}?`
      : `Name it under env of the service that reads it, or set it by env set or env import`,
    stage: 'usage',
  });
}

function inTheWay(keys: readonly string[], env: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${list(keys)} ${keys.length === 1 ? 'has another value' : 'have other values'} in ${env} already`,
    fix: 'Give --overwrite to replace what is there',
    stage: 'usage',
  });
}
