import { doubtful, type Flaw, type Kind, wrong } from './kind.ts';
import { HAS_BLANKS, untidy } from './text.ts';
import { type UrlParts, urlParts } from './urls.ts';

const POSTGRES = 'a URL such as postgres://user:password@host:5432/database';
const MYSQL = 'a URL such as mysql://user:password@host:3306/database';
const MONGODB = 'a URL such as mongodb://host:27017/database or mongodb+srv://host/database';
const REDIS = 'a URL such as redis://host:6379 or rediss://host:6379';

const encoded = (expected: string) => `${expected}, special characters of the password percent-encoded`;

export const postgres: Kind = {
  expected: POSTGRES,
  flaw(value) {
    const flaw = untidyUrl(value, POSTGRES);
    const parts = urlParts(value);
    if (flaw || isOtherForm(value, parts, /^prisma(\+postgres)?$/)) return flaw;
    return parts && isPostgres(parts) ? postgresFlaw(parts) : wrong('is not a PostgreSQL URL', POSTGRES);
  },
};

/** `postgresql+asyncpg` and the like name the library as well. */
function isPostgres({ scheme }: UrlParts): boolean {
  return /^postgres(ql)?(\+.*)?$/.test(scheme);
}

/** Without a host it is the socket of this machine. */
function postgresFlaw({ path, query }: UrlParts): Flaw | undefined {
  const isNamed = path !== '' || /(^|&)(dbname|database)=[^&]/.test(query);
  return isNamed ? undefined : wrong('names no database', encoded(POSTGRES));
}

export const mysql: Kind = {
  expected: MYSQL,
  flaw(value) {
    const flaw = untidyUrl(value, MYSQL);
    const parts = urlParts(value);
    if (flaw || isOtherForm(value, parts, /^prisma$/)) return flaw;
    return parts && isMysql(parts) ? needsHost(parts, MYSQL) : wrong('is not a MySQL URL', MYSQL);
  },
};

function isMysql({ scheme }: UrlParts): boolean {
  return /^(mysqlx?2?|mariadb)(\+.*)?$/.test(scheme);
}

export const mongodb: Kind = {
  expected: MONGODB,
  flaw(value) {
    const flaw = untidyUrl(value, MONGODB);
    const parts = urlParts(value);
    if (flaw) return flaw;
    return parts && isMongo(parts) ? mongoFlaw(parts) : wrong('is not a MongoDB URL', MONGODB);
  },
};

function isMongo({ scheme }: UrlParts): boolean {
  return scheme === 'mongodb' || scheme === 'mongodb+srv';
}

/** With `+srv` the name server tells hosts and ports; drivers refuse a port. */
function mongoFlaw(parts: UrlParts): Flaw | undefined {
  const isOne = parts.hosts.length === 1 && !parts.hasPort;
  if (parts.scheme === 'mongodb+srv' && parts.hosts.length > 0 && !isOne)
    return wrong('names a port or several hosts, which mongodb+srv:// cannot have', MONGODB);
  return needsHost(parts, MONGODB);
}

export const redis: Kind = {
  expected: REDIS,
  flaw(value) {
    const flaw = untidyUrl(value, REDIS);
    if (flaw || /^(unix:|\/)/i.test(value)) return flaw;
    const parts = urlParts(value);
    if (!parts) return doubtful('is not a URL', REDIS);
    return isRedis(parts) ? redisFlaw(parts) : wrong('is not a Redis URL', REDIS);
  },
};

function isRedis({ scheme }: UrlParts): boolean {
  return /^(rediss?|valkeys?)([+-].*)?$/.test(scheme);
}

/** `redis://` alone and sockets are this machine's. */
function redisFlaw(parts: UrlParts): Flaw | undefined {
  return parts.path === '' && parts.query === '' ? needsHost(parts, REDIS) : undefined;
}

/** `DATABASE_URL`: any database. What its scheme tells is held against it, nothing else. */
export const database: Kind = {
  expected: 'a database URL',
  flaw(value) {
    const flaw = untidyUrl(value, this.expected);
    const parts = urlParts(value);
    if (flaw || !parts) return flaw;
    if (isPostgres(parts)) return postgresFlaw(parts);
    if (isMysql(parts)) return needsHost(parts, MYSQL);
    if (isMongo(parts)) return mongoFlaw(parts);
    return undefined;
  },
};

function needsHost({ hosts }: UrlParts, expected: string): Flaw | undefined {
  return hosts.length > 0 ? undefined : wrong('names no host', encoded(expected));
}

/** `jdbc:…`, `host=… dbname=…`, and the proxies of an ORM are somebody else's form. */
function isOtherForm(value: string, parts: UrlParts | undefined, proxy: RegExp): boolean {
  if (parts) return proxy.test(parts.scheme);
  return /^jdbc:/i.test(value) || /\b(host|dbname|server)=/i.test(value);
}

/** Blanks may stand in what is no URL, and in passwords that some clients take. */
function untidyUrl(value: string, expected: string): Flaw | undefined {
  const flaw = untidy(value, expected);
  if (flaw?.what !== HAS_BLANKS) return flaw;
  return urlParts(value) ? { ...flaw, level: 'warning', expected } : undefined;
}
