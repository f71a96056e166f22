import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../../core/ports.ts';
import { Redactor } from '../../../core/redact.ts';
import type { Variables } from '../../../core/secret.ts';
import { printableLine } from '../../../core/text.ts';
import { callWeb, type WebTerms, webTerms } from '../../web-call.ts';
import { lostAnswer, parseAnswer, serviceAddress, strangeAnswer } from '../../web-service.ts';
import { readOptions } from '../options.ts';
import { callFailure, errorOf, meaningOf } from './failure.ts';

const STANDARD = 'https://api.vercel.com';
const SITE = 'https://vercel.com';
/** One exchange, ms. */
const TIMEOUT = 30_000;
/** Lists of a hundred deployments with their metadata are long. */
const LIMIT = 8 * 1024 * 1024;
const MOST_PAGES = 50;
const LONGEST_NOTE = 300;

type Method = NonNullable<HttpRequest['method']>;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Given {
  /** Completes `Vercel could not …`. */
  readonly doing: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** Statuses, or codes of errors, that are an answer and no failure. */
  readonly accept?: readonly (number | string)[];
  /** For writes that end the same when they are done twice; reads and removals always are. */
  readonly repeat?: 'always';
  /** A member that every true answer has; another server's page has none. */
  readonly member?: string;
  /** For the few calls that Vercel's web site answers. */
  readonly host?: 'site';
  /** Values that go along; Vercel may repeat them in what it says about them. */
  readonly values?: Variables;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** Of an error that was accepted. */
  readonly code: string | undefined;
  /** What Vercel wants people to know. */
  readonly notes: readonly string[];
}

/** Vercel's API for one account or team. The token goes into one header, and no redirect is followed with it. */
export class Vercel {
  readonly terms: WebTerms;
  readonly #base: URL;
  readonly #scope: Query;
  readonly #token: string;

  constructor({ service }: Target, context: DriverContext) {
    this.terms = webTerms(context);
    this.#base = serviceAddress(context, { variable: 'VERCEL_API_URL', standard: STANDARD });
    this.#scope = scopeOf(readOptions(service.options).team ?? context.settings['VERCEL_ORG_ID']);
    this.#token = tokenOf(context);
  }

  /** Throws what the answer means when it says no. */
  async call<T>(method: Method, path: string, given: Given): Promise<Answer<T>> {
    const { doing, query, body, accept = [], repeat, host = 'api' } = given;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const again = repeat ?? (method === 'GET' || method === 'DELETE' ? 'always' : 'when_refused');
    const request = { ...this.request(path, query, headers, host), method, ...text, timeout: TIMEOUT, limit: LIMIT };
    const answer = await callWeb({ ...request, repeat: again }, this.terms).catch((error: unknown) => {
      throw lostAnswer({ service: 'Vercel', doing }, error);
    });
    const { code } = answer.status >= 400 ? errorOf(answer) : {};
    const accepted = accept.includes(answer.status) || (code !== undefined && accept.includes(code));
    if (!accepted && (answer.status < 200 || answer.status >= 300))
      throw this.#hidden(this.failure(doing, answer), given.values);
    const parsed = answer.body.length === 0 ? {} : parseAnswer(answer.body);
    const { member } = given;
    const whole = parsed !== undefined && !answer.truncated && (member === undefined || Object.hasOwn(parsed, member));
    if (!accepted && !whole) throw strangeAnswer({ service: 'Vercel', doing });
    return { status: answer.status, code, body: (parsed ?? {}) as T, notes: notesOf(answer) };
  }

  /** Items of all pages of a list, newest first; `enough` ends the reading. A cursor that repeats itself ends it too. */
  async pages<Item>(
    path: string,
    given: Given & { readonly list: string; readonly enough?: (items: readonly Item[]) => boolean },
  ): Promise<readonly Item[]> {
    const found: Item[] = [];
    let until: number | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = { ...given.query, limit: 100, until };
      const { body } = await this.call<Page>('GET', path, { ...given, query, member: given.list });
      const items = (body[given.list] ?? []) as readonly Item[];
      found.push(...items);
      const next = body.pagination?.next ?? undefined;
      if (next === undefined || next === null || next === until || items.length === 0) break;
      if (given.enough?.(found)) break;
      until = next;
    }
    return found;
  }

  /** Where and as whom, for requests that do not go through `call`. */
  request(
    path: string,
    query: Query = {},
    headers: Readonly<Record<string, string>> = {},
    host: 'api' | 'site' = 'api',
  ) {
    const base = host === 'site' && this.#base.origin === STANDARD ? new URL(SITE) : this.#base;
    const url = new URL(base.pathname.replace(/\/$/, '') + path, base);
    for (const [name, value] of Object.entries({ ...this.#scope, ...query }))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return {
      url: url.href,
      reach: this.#base.origin === STANDARD ? 'public' : 'private',
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
    } as const;
  }

  #hidden({ failure }: DeployerError, values: Variables = {}): DeployerError {
    const redactor = new Redactor();
    redactor.add(...Object.values(values), this.#token);
    return new DeployerError(redactor.redactDeep(failure));
  }

  failure(doing: string, answer: HttpAnswer): DeployerError {
    return callFailure(doing, answer, this.terms.clock.now());
  }

  meaning(answer: HttpAnswer) {
    return meaningOf(answer, this.terms.clock.now());
  }
}

function notesOf({ headers }: HttpAnswer): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => /^x-vercel-(?:warning|notice)-/.test(name))
    .map(([, text]) => printableLine(text).slice(0, LONGEST_NOTE));
}

interface Page {
  readonly pagination?: { readonly next?: number | null };
  readonly [list: string]: unknown;
}

function scopeOf(team: string | undefined): Query {
  if (team === undefined || team === '') return {};
  // The official tools keep the id of a personal account in the same variable; it is no team.
  if (team.startsWith('team_')) return { teamId: team };
  return /^[a-z0-9][a-z0-9_-]*$/.test(team) ? { slug: team } : {};
}

function tokenOf({ credentials }: DriverContext): string {
  const token = credentials['VERCEL_TOKEN']?.reveal() ?? '';
  const reason =
    token === ''
      ? 'VERCEL_TOKEN is not set'
      : 'VERCEL_TOKEN is no token of Vercel: it holds other characters than letters and digits';
  if (/^[A-Za-z0-9_-]+$/.test(token)) return token;
  throw new DeployerError({
    code: 'AUTH_FAILED',
    reason,
    fix: 'Make a token at https://vercel.com/account/settings/tokens and put it into VERCEL_TOKEN',
  });
}
