import { join } from 'node:path';
import type { InspectedRelease } from '../../core/driver.ts';
import { formatDuration } from '../../core/duration.ts';
import { DeployerError } from '../../core/errors.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import { revealAll } from '../../core/secret.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { serviceVariables } from '../variables.ts';
import { callFor, placedRelease, requireService, type Session } from './session.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { do: K }>;

const FEWEST_REQUESTS = 20;
const LOOK_EVERY_MS = 1_000;

/** Checks a service where its users reach it. */
export async function check(session: Session, action: ActionOf<'check'>, scope: OperationContext): Promise<Json> {
  const service = requireService(session, action.service);
  if (!service.health) return { attempts: 0 };
  const { driver, target, context } = await callFor(session, action.service, scope);
  const { url, releases, probe_headers } = await driver.inspect(target, context);
  const address = url ?? releases.find(({ percent }) => percent > 0)?.url;
  if (!address) throw unhealthy(service.name, 'it has no URL to check', []);
  const verdict = await session.workspace.runtime.probe({
    check: service.health,
    url: address,
    ...(probe_headers ? { headers: probe_headers } : {}),
    cwd: join(session.workspace.config.root, service.path),
    env: revealAll(serviceVariables(service, driver.facts, session.variables)),
    signal: scope.signal,
    onAttempt: ({ number, answer }) => scope.log(`try ${number}: ${answer}`),
  });
  if (!verdict.healthy)
    throw unhealthy(
      service.name,
      verdict.reason ?? `it was not healthy within ${formatDuration(service.health.timeout)}`,
      verdict.last ? [`last answer: ${verdict.last.answer}`] : [],
    );
  return { attempts: verdict.attempts };
}

/** Watches the candidates' share of failed requests against the limit; a breach fails the step, and so takes it back. */
export async function watch(session: Session, action: ActionOf<'watch'>, scope: OperationContext): Promise<Json> {
  const { clock } = session.workspace.runtime;
  const start = await counts(session, action.services, scope);
  const end = clock.monotonic() + action.interval_ms;
  for (;;) {
    const seen = difference(await counts(session, action.services, scope), start);
    refuseBreach(seen, action.max_error_rate);
    const left = end - clock.monotonic();
    if (left <= 0) return { services: seen as unknown as Json };
    await clock.sleep(Math.min(LOOK_EVERY_MS, left), scope.signal);
  }
}

type Counts = Record<string, { requests: number; errors: number }>;

async function counts(session: Session, services: readonly string[], scope: OperationContext): Promise<Counts> {
  const found: Counts = {};
  for (const name of services) {
    const { driver, target, context } = await callFor(session, name, scope);
    const placed = placedRelease(session, name, scope);
    const { releases } = await driver.inspect(target, context);
    const mine = releases.find(({ ref }) => placed && canonicalJson(ref) === canonicalJson(placed.ref));
    if (!mine || mine.state === 'failed' || mine.state === 'stopped')
      throw unhealthy(name, gone(mine), mine?.detail ? [mine.detail] : []);
    found[name] = { requests: mine.requests ?? 0, errors: mine.errors ?? 0 };
  }
  return found;
}

function gone(release: InspectedRelease | undefined): string {
  return release ? `its new release has ${release.state}` : 'its new release is gone';
}

function difference(now: Counts, before: Counts): Counts {
  return Object.fromEntries(
    Object.entries(now).map(([name, { requests, errors }]) => [
      name,
      { requests: requests - (before[name]?.requests ?? 0), errors: errors - (before[name]?.errors ?? 0) },
    ]),
  );
}

/** Too few requests prove nothing either way. */
function refuseBreach(seen: Counts, limit: number): void {
  for (const [name, { requests, errors }] of Object.entries(seen)) {
    if (requests < FEWEST_REQUESTS || errors / requests <= limit) continue;
    throw unhealthy(
      name,
      `${errors} of ${requests} requests to the new release failed, more than ${limit * 100} %`,
      [],
    );
  }
}

function unhealthy(service: string, why: string, detail: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'HEALTH_CHECK_FAILED',
    reason: `${service} is not healthy: ${why}`,
    stage: 'health_check',
    fix: `Look at what it printed: deployer logs --service ${service}`,
    detail,
  });
}
