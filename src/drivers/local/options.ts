import type { OptionsCheck } from '../../core/driver.ts';
import type { JsonObject } from '../../core/json.ts';
import { isName } from '../../core/name.ts';
import {
  checkAll,
  checkDuration,
  checkFlag,
  checkPort,
  durationSchema,
  isInnerPath,
  isObject,
  type OptionCheck,
  wrong,
} from '../option-checks.ts';

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
  return checkAll(written, { driver: 'local', checks: CHECKS, defaults: defaults() });
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
      Object.entries(DURATIONS).map(([key, { text, description }]) => [key, durationSchema(text, description)]),
    ),
  },
};

function defaults(): JsonObject {
  const waits = Object.fromEntries(Object.entries(DURATIONS).map(([key, { ms }]) => [key, ms]));
  return { host: '127.0.0.1', immutable: [], routes: {}, worker: false, stop_signal: 'SIGTERM', ...waits };
}

const CHECKS: Readonly<Record<string, (value: unknown) => OptionCheck>> = {
  port: checkPort,
  host: checkHost,
  spa: checkSpa,
  immutable: checkImmutable,
  routes: checkRoutes,
  worker: checkFlag,
  stop_signal: checkStopSignal,
  stop_timeout: checkDuration,
  drain_timeout: checkDuration,
  keep_alive: checkDuration,
};

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

function checkStopSignal(value: unknown): OptionCheck {
  const signal = STOP_SIGNALS.find((name) => name === value);
  return signal ? { value: signal } : wrong('is not a signal that can end a service', STOP_SIGNALS.join(', '));
}
