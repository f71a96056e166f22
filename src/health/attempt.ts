import type { HealthCheck } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import type { ProbeRequest } from '../core/health.ts';
import type { Http, Processes } from '../core/ports.ts';
import { revealAll } from '../core/secret.ts';
import { unreachable } from '../core/unreachable.ts';
import { type Answer, explainHttp, shortLine } from './answer.ts';

export interface Attempt extends Pick<ProbeRequest, 'check' | 'url' | 'cwd' | 'env' | 'headers' | 'signal'> {
  /** ms. */
  readonly timeout: number;
}

type Of<Kind extends HealthCheck['kind']> = Extract<HealthCheck, { kind: Kind }>;

/** One try. Rejects only when the signal aborts; whatever else goes wrong is an answer. */
export function tryOnce(attempt: Attempt, ports: { http: Http; processes: Processes }): Promise<Answer> {
  const { check } = attempt;
  switch (check.kind) {
    case 'http':
      return tryHttp(check, attempt, ports.http);
    case 'tcp':
      return tryTcp(check, attempt);
    case 'command':
      return tryCommand(check, attempt, ports.processes);
    default:
      return unreachable(check);
  }
}

async function tryHttp(check: Of<'http'>, attempt: Attempt, http: Http): Promise<Answer> {
  const { url, signal, timeout } = attempt;
  const target = URL.canParse(check.target, url) ? new URL(check.target, url) : undefined;
  if (!target) return { ok: false, answer: 'the address to check is not a URL' };
  // The release itself is ours; any other host has to be allowed.
  const own = target.origin === new URL(url).origin;
  const reach = own || check.allowPrivate ? 'private' : 'public';
  const headers = own ? revealAll(attempt.headers ?? {}) : {};
  try {
    return explainHttp(check, await http.send({ url: target.href, headers, signal, timeout, reach }));
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, answer: error instanceof DeployerError ? wordsOf(error) : 'the request failed' };
  }
}

/** The words alone: method and URL are known. */
function wordsOf({ failure }: DeployerError): string {
  return shortLine(failure.detail?.[0] ?? failure.reason);
}

async function tryTcp(check: Of<'tcp'>, { url, signal, timeout }: Attempt): Promise<Answer> {
  const { tryConnect } = await import('./tcp.ts');
  const { hostname, port, protocol } = new URL(url);
  const standard = protocol === 'https:' ? 443 : 80;
  const host = hostname.replace(/^\[|\]$/g, '');
  return tryConnect({ host, port: check.port ?? (Number(port) || standard), signal, timeout });
}

async function tryCommand(check: Of<'command'>, attempt: Attempt, processes: Processes): Promise<Answer> {
  const { cwd, env, signal, timeout } = attempt;
  const result = await processes.shell(check.command, { cwd, env, signal, timeout, grace: GRACE });
  signal.throwIfAborted();
  const line = result.tail.at(-1);
  const said = line ? ` "${shortLine(line)}"` : '';
  if (result.outcome === 'timed_out') return { ok: false, answer: `no end within the time limit${said}` };
  if (result.exitCode === null) return { ok: false, answer: `ended by ${result.signal ?? result.outcome}${said}` };
  return { ok: result.exitCode === 0, answer: `exit ${result.exitCode}${said}` };
}

/** A check has nothing to clean up that would take long; ms. */
const GRACE = 1_000;
