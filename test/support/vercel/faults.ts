import type { IncomingMessage, ServerResponse } from 'node:http';

/** What goes wrong with a request. */
export type Trouble =
  /** The connection ends before anything was done. */
  | 'reset_before'
  /** It is done, and the answer is lost. */
  | 'lost_answer'
  /** It is done, and the answer breaks off half way. */
  | 'half_answer'
  | 'html'
  | 'silence'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly error?: object };

export interface Fault {
  readonly trouble: Trouble;
  /** Which requests: `POST /v13/deployments`, with `*` for anything. */
  readonly of: string;
  /** How many of them; all when left out. */
  times?: number;
}

/** The first trouble that is meant for a request. */
export function nextFault(faults: readonly Fault[], method: string, path: string): Trouble | undefined {
  const found = faults.find((fault) => (fault.times ?? 1) > 0 && matches(fault.of, `${method} ${path}`));
  if (found?.times !== undefined) found.times--;
  return found?.trouble;
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** Troubles that come instead of the work. `bodyOf`: how the service wraps an error. */
export function troubleInstead(
  trouble: Trouble,
  request: IncomingMessage,
  response: ServerResponse,
  bodyOf: (error: object) => object = (error) => ({ error }),
): boolean {
  if (trouble === 'reset_before') {
    request.socket.resetAndDestroy();
    return true;
  }
  if (trouble === 'silence') return true;
  if (trouble === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works</body></html>');
    return true;
  }
  if (typeof trouble !== 'object') return false;
  const {
    status,
    headers = {},
    error = { code: 'internal_server_error', message: 'An unexpected error occurred.' },
  } = trouble;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(bodyOf(error)));
  return true;
}
