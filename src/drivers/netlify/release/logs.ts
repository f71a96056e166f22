import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { LogLine, LogRequest } from '../../../core/logs.ts';
import { printableLine } from '../../../core/text.ts';
import { untilCancelled } from '../../follow.ts';
import { callWeb } from '../../web-call.ts';
import { parseAnswer } from '../../web-service.ts';
import { Netlify, type Query } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { part } from '../names.ts';
import { findSite } from '../site/site.ts';
import { liveDeploy, ofTarget, recentDeploys } from './list.ts';
import { getDeploy } from './wait.ts';

/** Between two looks; ms. */
const LOOK_EVERY = 5_000;
/** How far back is looked; ms. */
const BACK = 24 * 3_600_000;
const TIMEOUT = 30_000;

export interface PrintedLine {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number | undefined;
  readonly channel: 'stdout' | 'stderr';
  readonly line: string;
}

/**
 * What became of the release asked for, or of the live one, and what its functions have printed; files that were brought have
 * no log of a build.
 */
export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const api = new Netlify(context);
  const site = await findSite(api, target);
  const deploy = site && (await wantedDeploy(api, site, target, request));
  if (!site || !deploy) return;
  const seen = new Set<string>();
  const fresh = async () => (await recentLines(api, site, deploy, context)).filter(({ id }) => !seen.has(id));
  for (let lines = (await fresh()).slice(-request.tail); ; lines = await fresh().catch(() => [])) {
    for (const line of lines) {
      seen.add(line.id);
      yield toLine(target, deploy.id, line);
    }
    if (!request.follow) return;
    await context.clock.sleep(LOOK_EVERY, context.signal);
  }
}

async function wantedDeploy(
  api: Netlify,
  site: SiteView,
  target: Target,
  { ref }: LogRequest,
): Promise<DeployView | undefined> {
  if (ref !== undefined) return getDeploy(api, String(ref));
  const deploys = await recentDeploys(api, site, target);
  const own = ofTarget(deploys, target);
  const live = liveDeploy(site, deploys, target);
  return own.find(({ id }) => id === live?.id) ?? own[0];
}

function toLine({ service }: Target, release: string, { at, channel, line }: PrintedLine): LogLine {
  const time = at === undefined ? {} : { at: new Date(at).toISOString() };
  return { service: service.name, release, channel, line, ...time };
}

/**
 * Lines of all functions of a deploy within a day, in their order. Netlify keeps those of what is published, and of each
 * branch; of a draft there are none.
 */
export async function recentLines(
  api: Netlify,
  site: SiteView,
  deploy: DeployView,
  { clock }: Pick<DriverContext, 'clock'>,
): Promise<readonly PrintedLine[]> {
  const places = [
    ...(deploy.branch ? [`branch/${part(deploy.branch)}/`] : []),
    ...(site.published_deploy?.id === deploy.id ? [''] : []),
  ];
  const names = places.length > 0 ? await functionNames(api, site) : [];
  const to = clock.now();
  const lists = await Promise.all([
    ...places.flatMap((place) =>
      names.map((name) => read(api, `${place}function_logs/${part(name)}`, site, { from: to - BACK, to })),
    ),
    read(api, 'edge_function_logs', site, { from: to - BACK, to, deploy_id: deploy.id }),
  ]);
  const unique = new Map([...ownLines(deploy), ...lists.flat()].map((line) => [line.id, line]));
  return [...unique.values()].sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

function ownLines({ id, created_at, published_at, error_message }: DeployView): readonly PrintedLine[] {
  const told = [
    [created_at, 'made'],
    [published_at, 'ready'],
  ] as const;
  const lines = told.flatMap(([at, what]): PrintedLine[] =>
    at ? [{ id: what, at: Date.parse(at), channel: 'stdout', line: `deploy ${id} ${what}` }] : [],
  );
  if (!error_message) return lines;
  return [...lines, { id: 'error', at: undefined, channel: 'stderr', line: printableLine(error_message) }];
}

async function functionNames(api: Netlify, { id, name }: SiteView): Promise<readonly string[]> {
  interface Listed {
    readonly functions?: readonly { readonly n?: unknown; readonly name?: unknown }[];
  }
  const given = { doing: `list the functions of ${name}`, accept: [404] };
  const { body } = await api.call<readonly Listed[]>('GET', `/sites/${part(id)}/functions`, given);
  const all = Array.isArray(body) ? body.flatMap(({ functions = [] }: Listed) => functions) : [];
  const names = all.map(({ n, name: other }) => n ?? other);
  return [...new Set(names.filter((one): one is string => typeof one === 'string'))];
}

/** Of a service of Netlify's beside its API; what is not there has printed nothing. */
async function read(api: Netlify, path: string, { id }: SiteView, query: Query): Promise<readonly PrintedLine[]> {
  const request = api.logRequest(`/v2/sites/${part(id)}/${path}`, query);
  const answer = await callWeb({ ...request, repeat: 'always', timeout: TIMEOUT }, api.terms);
  if (answer.status === 404) return [];
  const { logs } = (parseAnswer(answer.body) ?? {}) as { readonly logs?: unknown };
  if (answer.status < 400 && Array.isArray(logs)) return logs.flatMap((entry) => lineOf(entry) ?? []);
  throw new DeployerError({
    reason: `Netlify could not tell what functions have printed (status ${answer.status})`,
    ...api.meaning(answer),
    code: answer.status < 500 && answer.status >= 400 ? api.meaning(answer).code : 'PLATFORM_UNAVAILABLE',
  });
}

interface Entry {
  readonly ts?: unknown;
  readonly message?: unknown;
  readonly level?: unknown;
  readonly request_id?: unknown;
}

function lineOf(value: unknown): PrintedLine | undefined {
  const { ts, message, level, request_id } = (typeof value === 'object' && value !== null ? value : {}) as Entry;
  if (typeof message !== 'string') return undefined;
  const at = typeof ts === 'number' ? ts : undefined;
  const channel = /^(?:error|fatal)$/i.test(String(level)) ? 'stderr' : 'stdout';
  const line = printableLine(message.replace(/\s+$/, ''));
  return { id: `${String(ts)}:${String(request_id)}:${message}`, at, channel, line };
}
