import { closeSync, existsSync, openSync } from 'node:fs';
import { DeployerError } from '../../core/errors.ts';
import { CONTROL_SOCKET, controlSocket } from './layout.ts';
import { type Answer, type Calls, type Method, PROTOCOL } from './protocol.ts';

export interface CallRequest<M extends Method> {
  readonly folder: string;
  readonly method: M;
  readonly params: Calls[M]['params'];
  readonly signal?: AbortSignal;
  /** ms. */
  readonly timeout: number;
}

const ATTEMPTS = 5;
/** Node's timers take no more, and fire at once when given more. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls the gateway, starting it when none runs. Every call can be repeated without harm, so one that is lost because
 * the gateway ended is made again on the next.
 */
export async function callGateway<M extends Method>(request: CallRequest<M>): Promise<Calls[M]['result']> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const answer = await askGateway(request);
    if (answer) return answer.result;
    const { startGateway } = await import('./start.ts');
    await startGateway(request.folder, request.signal);
  }
  throw new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    reason: 'The local gateway ended each time it was asked',
    fix: `Look into gateway.log in ${request.folder}`,
  });
}

/** Calls the gateway if one runs; `undefined` when none does, or it ended before it answered. */
export async function askGateway<M extends Method>(
  request: CallRequest<M>,
): Promise<{ readonly result: Calls[M]['result'] } | undefined> {
  request.signal?.throwIfAborted();
  const answer = existsSync(controlSocket(request.folder)) ? await exchange(request) : undefined;
  if (!answer) return undefined;
  if (answer.ok) return { result: answer.result };
  if (answer.failure.code === 'PLATFORM_UNAVAILABLE') return undefined;
  throw new DeployerError(answer.failure);
}

/**
 * The socket is reached through the folder's descriptor: its path may be longer than the 108 bytes that the kernel
 * takes for the name of a socket.
 */
async function exchange<M extends Method>(request: CallRequest<M>): Promise<Answer<M> | undefined> {
  const folder = openSync(request.folder, 'r');
  try {
    return await post(request, `/proc/self/fd/${folder}/${CONTROL_SOCKET}`);
  } finally {
    closeSync(folder);
  }
}

const NOBODY_THERE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

async function post<M extends Method>(
  { method, params, signal, timeout }: CallRequest<M>,
  socketPath: string,
): Promise<Answer<M> | undefined> {
  const [{ request: open }, { connect }] = await Promise.all([import('node:http'), import('node:net')]);
  const limit = AbortSignal.timeout(Math.min(Math.max(Math.ceil(timeout), 1), LONGEST_TIMER));
  return new Promise((resolve, reject) => {
    // With an agent Node would first look whether the host is an address, by expressions that take ms to compile.
    const createConnection = () => connect(socketPath);
    const outgoing = open({ createConnection, path: `/${PROTOCOL}/${method}`, method: 'POST' });
    const cancel = () => outgoing.destroy();
    const fail = (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason);
      else if (limit.aborted) reject(tooLate(method));
      else if (NOBODY_THERE.has(error.code ?? '')) resolve(undefined);
      else reject(unreachableGateway(error));
    };
    limit.addEventListener('abort', cancel, { once: true });
    signal?.addEventListener('abort', cancel, { once: true });
    outgoing.once('close', () => signal?.removeEventListener('abort', cancel));
    outgoing.on('error', fail);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer<M>));
    });
    outgoing.end(JSON.stringify(params));
  });
}

function tooLate(method: string): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    reason: `The local gateway did not finish "${method}" in time`,
    fix: 'It may still be going on: look with `deployer status`',
  });
}

function unreachableGateway(error: NodeJS.ErrnoException): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    reason: `The local gateway cannot be reached (${error.code ?? 'unknown error'})`,
    fix: 'Run `deployer local stop`, then the command again',
  });
}
