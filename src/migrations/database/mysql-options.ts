import type { ConnectionOptions } from 'mysql2/promise';

/**
 * URL → connection options. Read here and not by the client, which prints what it does not know. TLS is asked for with
 * `ssl-mode=REQUIRED|VERIFY_CA|VERIFY_IDENTITY` (also `sslmode`) or `ssl=true`; a Unix socket with `socket=`.
 */
export function mysqlOptions(text: string): ConnectionOptions {
  const url = new URL(text);
  const socket = url.searchParams.get('socket') ?? url.searchParams.get('socketPath');
  const ssl = sslOf(url.searchParams);
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(socket === null ? {} : { socketPath: socket }),
    ...(ssl === undefined ? {} : { ssl }),
    multipleStatements: false,
    enableKeepAlive: true,
    connectAttributes: { program_name: 'deployer' },
  };
}

function sslOf(query: URLSearchParams): { readonly rejectUnauthorized: boolean } | undefined {
  const mode = (query.get('ssl-mode') ?? query.get('sslmode') ?? query.get('ssl') ?? '').toLowerCase();
  if (['', 'false', '0', 'disabled', 'disable', 'preferred', 'prefer'].includes(mode)) return undefined;
  // As in MySQL's own clients, REQUIRED encrypts without checking who answers.
  return { rejectUnauthorized: !['required', 'require', 'no-verify'].includes(mode) && !isLax(mode) };
}

/** `ssl={"rejectUnauthorized":false}`, as some hosts write it. */
function isLax(mode: string): boolean {
  return mode.startsWith('{') && /"rejectunauthorized"\s*:\s*false/.test(mode);
}
