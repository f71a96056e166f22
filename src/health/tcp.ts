import { connect } from 'node:net';
import { noAnswerWithin } from './answer.ts';

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** ms. */
  readonly timeout: number;
}

/** Whether a port takes a connection. Rejects only when the signal aborts. */
export function tryConnect({ host, port, signal, timeout }: Connection): Promise<{ ok: boolean; answer: string }> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ host, port });
    const finish = (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const say = (ok: boolean, answer: string) => finish(() => resolve({ ok, answer }));
    const abort = () => finish(() => reject(signal.reason));
    const timer = setTimeout(() => say(false, noAnswerWithin(timeout)), timeout);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => say(true, `port ${port} accepts connections`));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => say(false, wordsFor(code)));
  });
}

function wordsFor(code: string | undefined): string {
  return code === 'ECONNREFUSED' ? 'connection refused' : `connection failed (${code ?? 'unknown error'})`;
}
