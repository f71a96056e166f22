import {
  FALSE_ALARM,
  grownSince,
  type Judgement,
  judgeCanary,
  type SideFigures,
  worst,
} from '../../core/canary-judgement.ts';
import type { InspectedRelease } from '../../core/inspection.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import { NO_LATENCIES, quantile } from '../../core/latency.ts';
import type { Action } from '../../core/plan.ts';
import type { Release } from '../../core/state.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { unhealthy } from './check.ts';
import { callFor, liveBefore, placedRelease, type Session } from './session.ts';

type Watch = Extract<Action, { do: 'watch' }>;

const LOOK_EVERY_MS = 1_000;

/**
 * Compares the candidates with the releases before them by what both answer within the interval. A candidate that fails
 * or ends fails the step at once, and so is taken back; one that cannot be judged holds the run.
 */
export async function watch(session: Session, action: Watch, scope: OperationContext): Promise<Json> {
  const { clock } = session.workspace.runtime;
  const start = await look(session, action.services, scope);
  const end = clock.monotonic() + action.interval_ms;
  // Half of the doubt is for all looks on the way together, half for the last.
  const doubt = FALSE_ALARM / 2 / action.services.length;
  const early = doubt / Math.max(1, Math.ceil(action.interval_ms / LOOK_EVERY_MS));
  for (;;) {
    const seen = difference(await look(session, action.services, scope), start);
    const left = end - clock.monotonic();
    const judged = Object.entries(seen).map(([name, sides]) =>
      judgeSides(name, sides, action, left > 0 ? early : doubt),
    );
    refuseFailed(judged);
    if (left <= 0) return outcome(seen, judged);
    await clock.sleep(Math.min(LOOK_EVERY_MS, left), scope.signal);
  }
}

/** Both sides of a service; of one that answers no requests nothing but its state is known. */
interface Sides {
  readonly canary: SideFigures | Uncounted;
  readonly baseline: SideFigures | undefined;
}

type Uncounted = 'answers none' | 'not counted';

type Seen = Readonly<Record<string, Sides>>;

async function look(session: Session, services: readonly string[], scope: OperationContext): Promise<Seen> {
  const found: Record<string, Sides> = {};
  for (const name of services) {
    const { driver, target, context } = await callFor(session, name, scope);
    const { releases } = await driver.inspect(target, context);
    const mine = releaseOf(releases, placedRelease(session, name, scope));
    if (!mine || mine.state === 'failed' || mine.state === 'stopped')
      throw unhealthy(name, gone(mine), mine?.detail ? [mine.detail] : []);
    const before = releaseOf(releases, liveBefore(session, name));
    found[name] = { canary: figures(mine) ?? uncounted(mine), baseline: before && figures(before) };
  }
  return found;
}

function releaseOf(releases: readonly InspectedRelease[], wanted: Release | undefined): InspectedRelease | undefined {
  return wanted && releases.find(({ ref }) => canonicalJson(ref) === canonicalJson(wanted.ref));
}

/** Without an address it is a worker. */
function uncounted({ internal_url, uncounted: lost }: InspectedRelease): Uncounted {
  return internal_url === undefined && !lost ? 'answers none' : 'not counted';
}

function figures({ requests, errors = 0, latencies = NO_LATENCIES }: InspectedRelease): SideFigures | undefined {
  return requests === undefined ? undefined : { requests, errors, latencies };
}

function gone(release: InspectedRelease | undefined): string {
  return release ? `its new release has ${release.state}` : 'its new release is gone';
}

function difference(now: Seen, start: Seen): Seen {
  return Object.fromEntries(
    Object.entries(now).map(([name, { canary, baseline }]) => {
      const before = start[name];
      return [
        name,
        {
          canary: typeof canary === 'string' ? canary : grownSince(before?.canary, canary),
          baseline: baseline && grownSince(before?.baseline, baseline),
        },
      ];
    }),
  );
}

type Judged = Judgement & { readonly service: string };

function judgeSides(service: string, { canary, baseline }: Sides, action: Watch, doubt: number): Judged {
  if (canary === 'answers none') return { service, verdict: 'pass', reason: 'it runs' };
  if (canary === 'not counted') return { service, verdict: 'inconclusive', reason: 'its requests were not counted' };
  return { service, ...judgeCanary({ canary, baseline }, action, doubt) };
}

function refuseFailed(judged: readonly Judged[]): void {
  const failed = judged.find(({ verdict }) => verdict === 'fail');
  if (failed) throw unhealthy(failed.service, `of its canary ${failed.reason}`, []);
}

function outcome(seen: Seen, judged: readonly Judged[]): Json {
  const { verdict } = worst(judged);
  const open = judged.filter((one) => one.verdict === 'inconclusive');
  return {
    verdict,
    services: Object.fromEntries(Object.entries(seen).map(([name, sides]) => [name, shown(sides)])),
    ...(open.length > 0 ? { hold: open.map(holdReason).join('; ') } : {}),
  };
}

function holdReason({ service, reason }: Judged): string {
  return `the canary of ${service} could not be judged: ${reason}`;
}

function shown({ canary, baseline }: Sides): Json {
  return {
    ...(typeof canary === 'string' ? {} : { canary: shownSide(canary) }),
    ...(baseline ? { before: shownSide(baseline) } : {}),
  };
}

function shownSide({ requests, errors, latencies }: SideFigures): Json {
  const p95 = quantile(latencies, 0.95);
  return { requests, errors, ...(p95 === undefined ? {} : { p95_ms: Math.round(p95 * 10) / 10 }) };
}
