import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../core/json.ts';
import type { DockerOptions, ProxyOptions } from '../options.ts';

/** Slots of a route: each is one in a hundred requests. */
export const SLOTS = 100;
/** Where the proxy keeps what it was told, in the volume that outlives it. */
export const FOLDER = '/config/deployer';
export const SLOT_FOLDER = '/config/slots';
/** In a folder of slots: requests of its route are counted while it is the current one. */
export const COUNTED = 'counted';
export const COUNTS_FOLDER = '/config/counts';
/** Begins the names of the files that have a line for each request that is counted. */
export const REQUEST_LOG = 'requests';
/** Of certificates that were given, each with its key, named by their routes. */
export const CERTIFICATE_FOLDER = '/config/certificates';
/** Answers in the proxy itself for a route that nothing is placed behind yet. */
export const NOBODY = '127.0.0.1:2021';
/** Refuses connections in the proxy itself, so that what is sent there is tried again. */
export const NOWHERE = '127.0.0.1:2022';
/** In a folder of slots while requests wait. */
export const HELD = 'held';
export const ADMIN = 'http://127.0.0.1:2019';

/** A route as the proxy's folder keeps it. */
export interface RouteFile {
  /** Below the folder of routes: which server, and, by its name, before which others it is asked. */
  readonly path: string;
  readonly text: string;
}

/**
 * Names come before catch-alls, and long paths before short ones that they are part of. `wait` (ms): requests may be held
 * so long.
 */
export function routeFiles(route: string, options: DockerOptions, wait?: number): readonly RouteFile[] {
  const { host_names, path_prefix, tls } = options;
  const rank = `${host_names.length > 0 ? 0 : 1}-${String(999 - path_prefix.length).padStart(3, '0')}`;
  const file = (server: 'plain' | 'secure', content: JsonObject) => ({
    path: `${server}/${rank}-${route}.json`,
    text: JSON.stringify({ match: matchers(options), ...content, terminal: true }),
  });
  const way = wait === undefined ? proxyTo(route, options) : holdable(route, options, wait);
  const proxied = { handle: [...counted(route), way] };
  return tls === 'off' ? [file('plain', proxied)] : [file('plain', toHttps(options)), file('secure', proxied)];
}

/** Name of the route that a file holds. */
export function routeOf(path: string): string {
  return path.replace(/^(?:plain|secure)\/\d-\d{3}-/, '').replace(/\.json$/, '');
}

/** One matcher of an empty list of conditions would match nothing, none at all matches everything. */
function matchers({ host_names, path_prefix }: DockerOptions): JsonObject[] {
  const hosts = host_names.length > 0 ? { host: [...host_names].sort() } : {};
  const paths = path_prefix === '/' ? {} : { path: [path_prefix, `${path_prefix}/*`] };
  const match = { ...hosts, ...paths };
  return Object.keys(match).length > 0 ? [match] : [];
}

/**
 * While the folder of slots says so, requests are tried again until `wait` ms are over. In other times that would keep
 * users of a service that is down from hearing of it.
 */
function holdable(route: string, options: DockerOptions, wait: number): JsonObject {
  const { health_checks: _, ...waiting } = proxyTo(route, options, wait);
  const match = [{ file: { root: `${SLOT_FOLDER}/${route}/current`, try_files: [`/${HELD}`] } }];
  const routes = [{ match, handle: [waiting], terminal: true }, { handle: [proxyTo(route, options)] }];
  return { handler: 'subroute', routes };
}

/**
 * Has the proxy log who answered, how, and after how many ms the answer began. Whether it does is a file that is there or
 * not: no reload. Each request asks for it, which is far cheaper than to read one.
 */
function counted(route: string): JsonObject[] {
  const isCounted = { file: { root: `${SLOT_FOLDER}/${route}/current`, try_files: [`/${COUNTED}`] } };
  const skip = { match: [{ not: [isCounted] }], handle: [{ handler: 'vars', log_skip: true }] };
  return [
    { handler: 'vars', access_logger_names: [LOGGER] },
    { handler: 'subroute', routes: [skip] },
    { handler: 'log_append', key: 'upstream', value: '{http.reverse_proxy.upstream.hostport}' },
    { handler: 'log_append', key: 'ms', value: '{http.reverse_proxy.upstream.latency_ms}' },
  ];
}

/** The proxy chooses a slot by a cookie, and for users without one in turn. The slot stays, whoever answers in it. */
function selection(route: string, { sticky }: DockerOptions): JsonObject {
  // Each takes its turn, so that shares are exact; neighbours belong to different releases.
  const inTurn = { policy: 'round_robin' };
  return sticky ? { policy: 'cookie', name: cookieName(route), fallback: inTurn } : inTurn;
}

/** Services below the same name have cookies of their own. */
function cookieName(route: string): string {
  return `deployer_${createHash('sha256').update(route).digest('hex').slice(0, 8)}`;
}

function proxyTo(route: string, options: DockerOptions, patience = 5_000): JsonObject {
  return {
    handler: 'reverse_proxy',
    upstreams: slotNames().map((slot) => ({ dial: `{file.${SLOT_FOLDER}/${route}/current/${slot}}` })),
    load_balancing: {
      selection_policy: selection(route, options),
      try_duration: `${patience}ms`,
      try_interval: '100ms',
      // Only what was never sent is tried again: a request that made one container crash would do so to the next.
      retry_match: [{ method: ['NEVER'] }],
    },
    health_checks: { passive: { fail_duration: '2s', max_fails: 1 } },
    stream_close_delay: '1h',
  };
}

function toHttps({ proxy: { https_port } }: DockerOptions): JsonObject {
  const port = https_port === 443 ? '' : `:${https_port}`;
  const location = `https://{http.request.host}${port}{http.request.uri}`;
  return { handle: [{ handler: 'static_response', status_code: 308, headers: { Location: [location] } }] };
}

export function slotNames(): readonly string[] {
  return Array.from({ length: SLOTS }, (_, slot) => String(slot).padStart(2, '0'));
}

const LAST = { handle: [{ handler: 'static_response', status_code: 404, body: 'nothing is served here\n' }] };
const EMPTY = { handle: [{ handler: 'static_response', status_code: 503, body: 'nothing is deployed here yet\n' }] };

const LOGGER = 'deployer';
/** Of a request nothing is kept that tells who asked for what. */
const LEFT_OUT = ['request', 'resp_headers', 'user_id', 'bytes_read', 'size', 'duration'];
const UNNAMED = ['message', 'level', 'time', 'name', 'caller', 'stacktrace'];

const LOGGING = {
  logs: {
    default: { exclude: ['http.log.access'] },
    [LOGGER]: {
      include: [`http.log.access.${LOGGER}`],
      // The last two or three hundred thousand requests; they are added up each time somebody looks.
      writer: {
        output: 'file',
        filename: `${COUNTS_FOLDER}/${REQUEST_LOG}.log`,
        roll_size_mb: 4,
        roll_keep: 5,
        roll_gzip: false,
      },
      encoder: {
        format: 'filter',
        fields: Object.fromEntries(LEFT_OUT.map((field) => [field, { filter: 'delete' }])),
        wrap: { format: 'json', ...Object.fromEntries(UNNAMED.map((name) => [`${name}_key`, ''])) },
      },
    },
  },
};

/**
 * The proxy's whole configuration but for the routes, which the proxy's own shell puts in between: so two projects that
 * add one each at the same time do not lose one. Members are `base-1`, routes of `plain`, `base-2`, routes of `secure`,
 * `base-3`; each route is followed by a comma.
 */
export function baseConfig({ http_port, https_port }: ProxyOptions): Record<string, string> {
  const servers = {
    nobody: { listen: [NOBODY], automatic_https: { disable: true }, routes: [EMPTY] },
    plain: { listen: [`:${http_port}`], automatic_https: { disable: true }, logs: {}, routes: ['PLAIN', LAST] },
    secure: {
      listen: [`:${https_port}`],
      automatic_https: { disable_redirects: true },
      logs: {},
      routes: ['SECURE', LAST],
    },
  };
  const text = JSON.stringify({
    admin: { listen: 'localhost:2019' },
    logging: LOGGING,
    apps: {
      http: { http_port, https_port, grace_period: '30s', servers },
      // No other certificate is asked for where one of these has the name.
      tls: { certificates: { load_folders: [CERTIFICATE_FOLDER] } },
    },
  });
  const [first = '', second = '', third = ''] = text.split(/"PLAIN",|"SECURE",/);
  return { 'base-1': first, 'base-2': second, 'base-3': third };
}
