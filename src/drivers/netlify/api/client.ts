import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../../core/ports.ts';
import { Redactor } from '../../../core/redact.ts';
import type { Variables } from '../../../core/secret.ts';
import { callWeb, type WebTerms, webTerms } from '../../web-call.ts';
import { lostAnswer, parseAnswer, serviceAddress, strangeAnswer } from '../../web-service.ts';
import { callFailure, type Meaning, meaningOf } from './failure.ts';

const STANDARD = 'https://api.netlify.com/api/v1';
/** Where functions' lines are kept. */
const LOGS = 'https://analytics.services.netlify.com';
const PREFIX = '/api/v1';
/** One exchange, ms; Netlify itself ends longer ones. */
const TIMEOUT = 40_000;
/** A page of a hundred deploys, each with all its members. */
const LIMIT = 16 * 1024 * 1024;
/** Items of a page of a list; Netlify has no larger ones. */
export const PAGE = 100;
const MOST_PAGES = 30;

type Method = NonNullable<HttpRequest['method']>;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Given {
  /** Completes `Netlify could not …`. */
  readonly doing: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** Statuses that are an answer and no failure. */
  readonly accept?: readonly number[];
  /** For writes that end the same when they are done twice; reads and removals always are. */
  readonly repeat?: 'always';
  /** A member that every true answer has; another server's page has none. */
  readonly member?: string;
  /** What it means that Netlify does not take just this. */
  readonly refusal?: Meaning;
  /** Values that go along; Netlify may repeat them in what it says about them. */
  readonly values?: Variables;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** Netlify's API. The token goes into one header, and no redirect is followed with it. */
export class Netlify {
  readonly terms: WebTerms;
  readonly #base: URL;
  readonly #token: string;

  constructor(context: DriverContext) {
    this.terms = webTerms(context);
    this.#base = baseOf(context);
    this.#token = tokenOf(context);
  }

  /** Throws what the answer means when it says no. */
  async call<T>(method: Method, path: string, given: Given): Promise<Answer<T>> {
    const { doing, body, accept = [], repeat } = given;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const again = repeat ?? (method === 'GET' || method === 'DELETE' ? 'always' : 'when_refused');
    const request = { ...this.request(path, given.query, headers), method, ...text, timeout: TIMEOUT, limit: LIMIT };
    const answer = await callWeb({ ...request, repeat: again }, this.terms).catch((error: unknown) => {
      throw lostAnswer({ service: 'Netlify', doing }, error);
    });
    const accepted = accept.includes(answer.status);
    if (!accepted && (answer.status < 200 || answer.status >= 300)) throw this.#failure(answer, given);
    return { status: answer.status, body: this.#bodyOf<T>(answer, given, accepted ? 'any' : 'whole') };
  }

  /** Items of all pages of a list, in its order; `enough` ends the reading. */
  async pages<Item>(
    path: string,
    given: Given & { readonly enough?: (items: readonly Item[]) => boolean },
  ): Promise<readonly Item[]> {
    const found: Item[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const query = { ...given.query, page, per_page: PAGE };
      const { body } = await this.call<readonly Item[]>('GET', path, { ...given, query, member: 'length' });
      found.push(...body);
      if (body.length < PAGE || given.enough?.(found)) break;
    }
    return found;
  }

  /** Where and as whom, for requests that do not go through `call`. */
  request(path: string, query: Query = {}, headers: Readonly<Record<string, string>> = {}) {
    return this.#at(new URL(this.#base.href.replace(/\/$/, '') + path), query, headers);
  }

  /** The same for the service that keeps what functions have printed. A test server is both. */
  logRequest(path: string, query: Query) {
    return this.#at(new URL(path, this.isStandard ? LOGS : this.#base.origin), query, {});
  }

  /** Whether this is Netlify itself, whose hosts are below `netlify.app`. */
  get isStandard(): boolean {
    return this.#base.href === STANDARD;
  }

  meaning(answer: HttpAnswer) {
    return this.#hidden(meaningOf(answer, this.terms.clock.now()));
  }

  #at(url: URL, query: Query, headers: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return {
      url: url.href,
      reach: this.isStandard ? 'public' : 'private',
      headers: { authorization: `Bearer ${this.#token}`, 'user-agent': 'deployer', ...headers },
    } as const;
  }

  #bodyOf<T>(answer: HttpAnswer, { doing, member }: Given, wanted: 'any' | 'whole'): T {
    const parsed = answer.body.length === 0 ? {} : parseAnswer(answer.body);
    const whole = parsed !== undefined && !answer.truncated && (member === undefined || Object.hasOwn(parsed, member));
    if (wanted === 'whole' && !whole) throw strangeAnswer({ service: 'Netlify', doing });
    return (parsed ?? {}) as T;
  }

  #failure(answer: HttpAnswer, { doing, refusal, values = {} }: Given): DeployerError {
    const { failure } = callFailure(doing, answer, this.terms.clock.now(), refusal);
    return new DeployerError(this.#hidden(failure, values));
  }

  #hidden<T>(told: T, values: Variables = {}): T {
    const redactor = new Redactor();
    redactor.add(...Object.values(values), this.#token);
    return redactor.redactDeep(told);
  }
}

/** As the official tools read it: an address without path is that of the whole service. */
function baseOf(context: DriverContext): URL {
  const url = serviceAddress(context, { variable: 'NETLIFY_API_URL', standard: STANDARD });
  return url.pathname === '/' ? new URL(PREFIX, url) : url;
}

function tokenOf({ credentials }: DriverContext): string {
  const token = credentials['NETLIFY_AUTH_TOKEN']?.reveal() ?? '';
  if (/^[A-Za-z0-9._~+/=-]+$/.test(token)) return token;
  throw new DeployerError({
    code: 'AUTH_FAILED',
    reason:
      token === ''
        ? 'NETLIFY_AUTH_TOKEN is not set'
        : 'NETLIFY_AUTH_TOKEN is no token of Netlify: it holds characters that none has',
    fix: 'Make a token at https://app.netlify.com/user/applications#personal-access-tokens and put it into NETLIFY_AUTH_TOKEN',
  });
}
