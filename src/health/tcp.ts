import { connect } from 'node:net';
import { type Answer, noAnswerWithin } from './answer.ts';

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** ms. */
  readonly timeout: number;
}

/** Whether a port takes a connection. Rejects only when the signal aborts. */
export function tryConnect({ host, port, signal, timeout }: Connection): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ host, port });
    const finish = (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const say = (answer: Answer) => finish(() => resolve(answer));
    const abort = () => finish(() => reject(signal.reason));
    const timer = setTimeout(() => say({ ok: false, answer: noAnswerWithin(timeout) }), timeout);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => say({ ok: true, answer: `port ${port} accepts connections` }));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => say({ ok: false, answer: wordsFor(code) }));
  });
}

function wordsFor(code: string | undefined): string {
  return code === 'ECONNREFUSED' ? 'connection refused' : `connection failed (${code ?? 'unknown error'})`;
}
