import type { DatabaseProblem } from './contract.ts';

const CODE = /^[0-9A-Z]{5}$/;

/** PostgreSQL's SQLSTATE → what it means for a migration. `detail` is left out: it quotes whole rows. */
export function explainPostgres(error: unknown): DatabaseProblem {
  const { code, message, position } = Object(error) as { code?: unknown; message?: unknown; position?: unknown };
  if (typeof code !== 'string' || !CODE.test(code)) {
    return withoutState(typeof code === 'string' ? code : '', String(message));
  }
  const kind = kindOf(code);
  if (kind !== 'statement') return { kind, code };
  return {
    kind,
    code,
    message: String(message),
    ...(typeof position === 'string' ? { position: Number(position) - 1 } : {}),
  };
}

/** Faults that the client finds itself: no password at hand, no TLS at the other side, or a connection that broke. */
function withoutState(code: string, message: string): DatabaseProblem {
  if (message.startsWith('SASL')) return { kind: 'auth', code: 'no password' };
  return { kind: 'unavailable', code: code || (message.includes('SSL') ? 'no TLS' : 'connection lost') };
}

function kindOf(code: string): DatabaseProblem['kind'] {
  if (code.startsWith('28')) return 'auth';
  // No such database, connection faults, too many connections, server going down or coming up.
  if (code === '3D000' || /^(?:08|53|57P)/.test(code)) return 'unavailable';
  if (code === '42501') return 'denied';
  if (code === '25006') return 'read_only';
  return code === '55P03' ? 'busy' : 'statement';
}
