import type { OptionsCheck } from '../../core/driver.ts';
import { parseDuration } from '../../core/duration.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { isName, nearest } from '../../core/name.ts';

/** Options of the local driver, complete. Durations in ms. */
export interface LocalOptions {
  /** The stable port; chosen by the gateway when left out. */
  readonly port?: number;
  /** Address that the stable port listens on. */
  readonly host: string;
  /** The file that answers paths nothing else answers, for apps that route in the browser. */
  readonly spa?: string;
  /** Folders of the artifact whose files carry a digest in their names and never change. */
  readonly immutable: readonly string[];
  /** Path prefix → service of the same environment that answers below it, on this service's port. */
  readonly routes: Readonly<Record<string, string>>;
  /** Listens on no port; gets no traffic. */
  readonly worker: boolean;
  readonly stop_signal: StopSignal;
  /** From `stop_signal` to SIGKILL. */
  readonly stop_timeout: number;
  /** How long requests and connections may go on after a release has lost its traffic. */
  readonly drain_timeout: number;
  /** How long an idle client connection is kept open. */
  readonly keep_alive: number;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

const LONGEST = 3_600_000;
/** `/api`, `/api/v1`; no trailing slash. */
const ROUTE = /^(?:\/[A-Za-z0-9._~-]+)+$/;
const DURATIONS = {
  stop_timeout: { ms: 10_000, text: '10s', description: 'From stop_signal to SIGKILL' },
  drain_timeout: {
    ms: 30_000,
    text: '30s',
    description: 'How long requests may go on after a release lost its traffic',
  },
  keep_alive: { ms: 75_000, text: '75s', description: 'How long an idle client connection is kept open' },
} as const;

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): LocalOptions {
  return { ...defaults(), ...options } as JsonObject & LocalOptions;
}

/** Checks what the owner wrote and fills in what was left out; all problems at once. */
export function checkOptions(written: unknown): OptionsCheck {
  if (written !== undefined && written !== null && !isObject(written))
    return { ok: false, problems: [{ path: [], message: 'is not a mapping', expected: 'options by name' }] };
  const entries = Object.entries(written ?? {});
  const checked = entries.map(([key, value]) => ({ key, ...checkOption(key, value) }));
  const problems = checked.flatMap(({ key, problem }) => (problem ? [{ path: [key], ...problem }] : []));
  if (problems.length > 0) return { ok: false, problems };
  const given = checked.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]));
  return { ok: true, options: { ...defaults(), ...Object.fromEntries(given) } };
}

/** JSON Schema of the options as written, for editors. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65535, description: 'Stable port; chosen when left out' },
    host: { type: 'string', default: '127.0.0.1', description: 'Address the stable port listens on' },
    spa: {
      anyOf: [{ type: 'boolean' }, { type: 'string' }],
      description: 'File for paths nothing else answers; true stands for index.html',
    },
    immutable: {
      type: 'array',
      items: { type: 'string' },
      description: 'Folders whose files carry a digest in their names, cached for a year',
    },
    routes: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Path prefixes, such as /api, and the service of the same environment that answers them',
    },
    worker: { type: 'boolean', default: false, description: 'Listens on no port' },
    stop_signal: { enum: [...STOP_SIGNALS], default: 'SIGTERM', description: 'Signal that asks a service to end' },
    ...Object.fromEntries(
      Object.entries(DURATIONS).map(([key, { text, description }]) => [
        key,
        { type: 'string', pattern: '^([0-9.]+(ms|s|m|h))+$', default: text, description },
      ]),
    ),
  },
};

function defaults(): JsonObject {
  const waits = Object.fromEntries(Object.entries(DURATIONS).map(([key, { ms }]) => [key, ms]));
  return { host: '127.0.0.1', immutable: [], routes: {}, worker: false, stop_signal: 'SIGTERM', ...waits };
}

interface Problem {
  readonly message: string;
  readonly expected?: string;
  readonly fix?: string;
}

interface OptionCheck {
  readonly value?: Json;
  readonly problem?: Problem;
}

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  port: checkPort,
  host: checkHost,
  spa: checkSpa,
  immutable: checkImmutable,
  routes: checkRoutes,
  worker: checkWorker,
  stop_signal: checkStopSignal,
  stop_timeout: checkDuration,
  drain_timeout: checkDuration,
  keep_alive: checkDuration,
};

function checkOption(key: string, value: unknown): OptionCheck {
  const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
  if (check) return value === null ? {} : check(value);
  const meant = nearest(key, Object.keys(CHECKS));
  return {
    problem: {
      message: 'is not an option of the local driver',
      expected: `one of ${Object.keys(CHECKS).join(', ')}`,
      ...(meant ? { fix: `Did you mean ${meant}?` } : {}),
    },
  };
}

function checkPort(value: unknown): OptionCheck {
  const right = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
  return right ? { value } : wrong('is not a port', 'a whole number from 1 to 65535');
}

function checkHost(value: unknown): OptionCheck {
  const right = typeof value === 'string' && /^[A-Za-z0-9.:-]{1,253}$/.test(value);
  return right ? { value } : wrong('is not an address', 'an address of this machine, such as 127.0.0.1 or 0.0.0.0');
}

function checkSpa(value: unknown): OptionCheck {
  if (typeof value === 'boolean') return value ? { value: 'index.html' } : {};
  return isInnerPath(value) ? { value } : wrong('is not a file', 'true, or the path of a file inside the artifact');
}

function checkImmutable(value: unknown): OptionCheck {
  const right = Array.isArray(value) && value.every(isInnerPath);
  return right ? { value } : wrong('is not a list of folders', 'a list of folders inside the artifact');
}

function checkRoutes(value: unknown): OptionCheck {
  const right =
    isObject(value) && Object.entries(value).every(([prefix, service]) => ROUTE.test(prefix) && isServiceName(service));
  return right
    ? { value: value as JsonObject }
    : wrong('is not a mapping of routes', 'path prefixes and services, such as { /api: api }');
}

function isServiceName(value: unknown): boolean {
  return typeof value === 'string' && isName(value);
}

function checkWorker(value: unknown): OptionCheck {
  return typeof value === 'boolean' ? { value } : wrong('is neither true nor false', 'true or false');
}

function checkStopSignal(value: unknown): OptionCheck {
  const signal = STOP_SIGNALS.find((name) => name === value);
  return signal ? { value: signal } : wrong('is not a signal that can end a service', STOP_SIGNALS.join(', '));
}

function checkDuration(value: unknown): OptionCheck {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  const right = ms !== undefined && ms <= LONGEST;
  return right ? { value: ms } : wrong('is not a duration of at most an hour', 'a duration such as 30s');
}

function wrong(message: string, expected: string): OptionCheck {
  return { problem: { message, expected } };
}

function isInnerPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/^\/|\\|\0|(^|\/)\.\.(\/|$)/.test(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
