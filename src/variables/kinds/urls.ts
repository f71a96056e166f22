import { doubtful, type Flaw, type Kind, wrong } from './kind.ts';
import { untidy } from './text.ts';

/** A URL by its parts. `URL` refuses lists of hosts and passwords that databases take, and would quote them. */
export interface UrlParts {
  /** In lower case, without `:`. */
  readonly scheme: string;
  /** Without ports and brackets; empty where none is named. */
  readonly hosts: readonly string[];
  readonly hasPort: boolean;
  readonly hasPassword: boolean;
  /** Without the first `/`. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
}

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/i;

/** `undefined` for what has no `scheme://`. */
export function urlParts(value: string): UrlParts | undefined {
  const [, scheme, authority = '', path = '', query = ''] = URL_FORM.exec(value.trim()) ?? [];
  if (scheme === undefined) return undefined;
  const at = authority.lastIndexOf('@');
  const places = authority.slice(at + 1).split(',');
  return {
    scheme: scheme.toLowerCase(),
    hosts: places.map(hostOf).filter((host) => host !== ''),
    hasPort: places.some((place) => /:\d+$/.test(place)),
    hasPassword: /^[^:]*:./s.test(authority.slice(0, Math.max(at, 0))),
    path,
    query,
  };
}

function hostOf(place: string): string {
  const [, bracketed] = /^\[([^\]]*)\]/.exec(place) ?? [];
  return bracketed ?? place.replace(/:[^:]*$/, '');
}

const WEB = 'an http:// or https:// URL with a host';

/** A URL that a browser or a client of HTTP asks. */
export const webUrl: Kind = {
  expected: WEB,
  flaw: (value) => untidy(value, WEB) ?? webFlaw(value, WEB),
};

/** The address of a hosted service, which speaks TLS. */
export const secureUrl: Kind = {
  expected: 'an https:// URL with a host',
  flaw(value) {
    const flaw = untidy(value, this.expected) ?? webFlaw(value, this.expected);
    if (flaw || urlParts(value)?.scheme === 'https') return flaw;
    return doubtful('is not encrypted on its way', this.expected);
  },
};

function webFlaw(value: string, expected: string): Flaw | undefined {
  const parts = urlParts(value);
  if (!parts) return wrong('is not a URL', expected);
  if (parts.scheme !== 'http' && parts.scheme !== 'https') return wrong('is a URL of another kind', expected);
  if (parts.hosts.length === 0) return wrong('names no host', expected);
  return URL.canParse(value) ? undefined : wrong('is not a valid URL', expected);
}

const DSN = 'a URL such as https://key@host/project';

/** A DSN of Sentry; an empty one turns it off. */
export const sentryDsn: Kind = {
  expected: DSN,
  flaw(value) {
    if (value === '') return undefined;
    const flaw = untidy(value, DSN) ?? webFlaw(value, DSN);
    if (flaw) return flaw;
    return /^https?:\/\/[^@/]+@[^@]+\/\d+$/i.test(value) ? undefined : doubtful('has not the form of a DSN', DSN);
  },
};
