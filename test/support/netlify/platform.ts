import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Deploy } from './deploys.ts';

/** A refusal, with the body that the service gives it. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, message: string, body: unknown = { code: status, message }) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** One call, after it was checked. */
export interface Call {
  readonly given: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly raw: Buffer;
  readonly account: Account;
  // biome-ignore lint/suspicious/noExplicitAny: a body is checked against the document before it comes here
  readonly json: any;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export type Handler = (platform: Platform, call: Call) => Answer;

export interface Account {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface Value {
  readonly id: string;
  readonly value: string;
  readonly context: string;
  readonly context_parameter?: string;
}

export interface Variable {
  readonly key: string;
  readonly scopes: readonly string[];
  readonly values: readonly Value[];
  readonly is_secret: boolean;
}

export interface Split {
  readonly id: string;
  branches: Readonly<Record<string, number>>;
  active: boolean;
  readonly created: number;
  updated: number;
}

export interface Site {
  readonly id: string;
  name: string;
  readonly account: Account;
  readonly created: number;
  customDomain: string | undefined;
  repo: { readonly url: string; readonly branch: string } | undefined;
  gitOnly: boolean;
  published: string | undefined;
  /** SHA-1s of files and SHA-256s of functions that are there already. */
  readonly known: Set<string>;
  readonly variables: Map<string, Variable>;
  readonly splits: Map<string, Split>;
}

export const ACCOUNT: Account = { id: 'acc0000000000000000000001', slug: 'acme', name: 'Acme' };
const STRANGER: Account = { id: 'acc0000000000000000000002', slug: 'others', name: 'Others' };

/** What Netlify has of everybody, in memory. */
export class Platform {
  readonly sites = new Map<string, Site>();
  readonly deploys = new Map<string, Deploy>();
  readonly blobs = new Map<string, Buffer>();
  readonly tokens = new Map<string, Account>([['goodtoken', ACCOUNT]]);
  /** What functions have said: deploy → lines. */
  readonly functionLines = new Map<string, string[]>();
  /** How long it takes to look through the files of an async deploy, and to make a deploy ready, ms. */
  prepareTime = 0;
  processTime = 0;
  /** What becomes of deploys once their bytes are there, instead of being ready. */
  fate: 'error' | 'rejected' | 'pending_review' | undefined;
  /** By browsers, to sites with a split test. */
  visits = 0;
  /** Whether the account may have split tests. */
  splits: 'allowed' | 'refused' = 'allowed';
  #created = 0;

  account(token: string): Account | undefined {
    return this.tokens.get(token);
  }

  addSite(name: string, account: Account = ACCOUNT): Site {
    const site: Site = {
      id: randomUUID(),
      name,
      account,
      created: Date.now(),
      customDomain: undefined,
      repo: undefined,
      gitOnly: false,
      published: undefined,
      known: new Set(),
      variables: new Map(),
      splits: new Map(),
    };
    this.sites.set(site.id, site);
    return site;
  }

  /** A site of an account that our token does not see. */
  addForeignSite(name: string): Site {
    return this.addSite(name, STRANGER);
  }

  /** By id, or by a domain of the site. */
  site(idOrDomain: string, account: Account): Site {
    const found = this.sites.get(idOrDomain) ?? this.siteOfHost(idOrDomain);
    if (!found || found.account !== account) throw new Refusal(404, 'Not Found');
    return found;
  }

  siteOfHost(host: string): Site | undefined {
    return [...this.sites.values()].find((site) => host === `${site.name}.netlify.app` || host === site.customDomain);
  }

  deploy(id: string, account: Account): Deploy {
    const found = this.deploys.get(id);
    if (!found || this.sites.get(found.site)?.account !== account) throw new Refusal(404, 'Not Found');
    return found;
  }

  deploysOf(site: Site): readonly Deploy[] {
    const own = [...this.deploys.values()].filter((deploy) => deploy.site === site.id);
    return own.sort((one, other) => other.number - one.number);
  }

  /** Counts up, so that the newest is known also within a millisecond. */
  next(): number {
    return ++this.#created;
  }

  /** Names of all that exists in the account of tests. */
  things(): readonly string[] {
    const sites = [...this.sites.values()].filter(({ account }) => account === ACCOUNT);
    return sites.flatMap((site) => [
      `site ${site.name}`,
      ...this.deploysOf(site).map(({ id }) => `deploy ${id}`),
      ...[...site.variables.keys()].map((key) => `variable ${key}`),
    ]);
  }
}

/** The site that a path names. */
export function siteOf(platform: Platform, { given, account }: Call): Site {
  return platform.site(given['site_id'] ?? '', account);
}

export function newDeployId(): string {
  return randomBytes(12).toString('hex');
}

export function digest(algorithm: 'sha1' | 'sha256', bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** One page of a list, by `page` and `per_page`. */
export function paged<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 100)));
  const page = Math.max(1, Number(query.get('page') ?? 1));
  return items.slice((page - 1) * size, page * size);
}
