import type { Probe, ProbeAttempt, ProbeRequest, Verdict } from '../core/health.ts';
import type { Clock, Http, Processes } from '../core/ports.ts';
import type { Answer } from './answer.ts';
import { type Attempt, tryOnce } from './attempt.ts';

export interface ProbeWorld {
  readonly http: Http;
  readonly processes: Processes;
  readonly clock: Clock;
}

/** No single try takes longer than this, nor than five intervals, nor than the time that is left; ms. */
const LONGEST_ATTEMPT = 10_000;
const INTERVALS_PER_ATTEMPT = 5;
/** In less than this a service cannot answer, and the try would only hide what it said last; ms. */
const SHORTEST_ATTEMPT = 10;

/** A probe over the given ports. Its times are those of the clock. */
export function createProbe(world: ProbeWorld): Probe {
  return (request) => probe(request, world);
}

async function probe(request: ProbeRequest, world: ProbeWorld): Promise<Verdict> {
  const { check, signal } = request;
  const { clock } = world;
  const start = clock.monotonic();
  const elapsed = () => clock.monotonic() - start;
  let last: ProbeAttempt | undefined;
  let streak = 0;
  for (let number = 1; ; number++) {
    signal.throwIfAborted();
    const reason = request.doomed?.();
    const left = check.timeout - elapsed();
    if (reason !== undefined || left <= (last ? SHORTEST_ATTEMPT : 0)) return verdict('unhealthy', reason);
    last = { number, ...(await timed(() => tryOnce(attemptOf(request, left), world), clock)) };
    request.onAttempt?.(last);
    streak = last.ok ? streak + 1 : 0;
    if (streak >= check.successes) return verdict('healthy');
    await clock.sleep(Math.max(0, Math.min(check.interval, check.timeout - elapsed())), signal);
  }

  function verdict(outcome: 'healthy' | 'unhealthy', reason?: string): Verdict {
    const facts = { healthy: outcome === 'healthy', attempts: last?.number ?? 0, elapsed_ms: Math.round(elapsed()) };
    return { ...facts, ...(last ? { last } : {}), ...(reason === undefined ? {} : { reason }) };
  }
}

function attemptOf({ check, url, cwd, env, headers = {}, signal }: ProbeRequest, left: number): Attempt {
  const timeout = Math.max(1, Math.min(check.interval * INTERVALS_PER_ATTEMPT, LONGEST_ATTEMPT, left));
  return { check, url, cwd, env, headers, signal, timeout };
}

async function timed(work: () => Promise<Answer>, clock: Clock): Promise<Answer & { elapsed_ms: number }> {
  const start = clock.monotonic();
  const answer = await work();
  return { ...answer, elapsed_ms: Math.round(clock.monotonic() - start) };
}
