import { formatDuration } from '../core/duration.ts';
import { DeployerError } from '../core/errors.ts';
import type { Peer, PeerRequest } from '../core/ports.ts';
import { connectionWords } from './connection-words.ts';

/** A command that carried a connection, and what it said before it ended. */
export class CommandEnded extends Error {
  readonly said: readonly string[];

  constructor(said: readonly string[]) {
    super('the command that carried the connection has ended');
    this.said = said;
  }
}

/** Our own words for what went wrong between us and a peer. */
export function peerFailure(
  peer: Peer,
  { method, path, timeout }: PeerRequest,
  error: NodeJS.ErrnoException | 'late',
): DeployerError {
  const what = `${method} ${path.split('?')[0]}`;
  if (error instanceof DeployerError) return error;
  if (error === 'late')
    return failure('TIMEOUT', `${placeOf(peer)} did not answer`, [
      `no answer to ${what} within ${formatDuration(timeout)}`,
    ]);
  const words = error instanceof CommandEnded ? [error.message, ...error.said] : [connectionWords(error.code)];
  const code = error.code === 'EACCES' || error.code === 'EPERM' ? 'INSUFFICIENT_PERMISSIONS' : 'PLATFORM_UNAVAILABLE';
  return failure(code, `${placeOf(peer)} cannot be reached`, words);
}

function failure(code: DeployerError['code'], what: string, detail: readonly string[]): DeployerError {
  return new DeployerError({ code, reason: `${what}: ${detail[0]}`, detail });
}

function placeOf(peer: Peer): string {
  if (peer.kind === 'unix') return `unix://${peer.path}`;
  return peer.kind === 'tcp' ? `tcp://${peer.host}:${peer.port}` : `The other end of ${peer.argv[0]}`;
}
