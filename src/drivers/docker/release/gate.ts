import type { HealthCheck } from '../../../core/config.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { formatDuration } from '../../../core/duration.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import type { OutputLine } from '../../image/engine/streams.ts';
import type { Host } from '../host.ts';
import { isElsewhere, type ProbeAnswer, probeOnce } from './probe.ts';

/** How soon the end of a container is seen. */
const LOOK_EVERY = 100;
const SHOWN_LOG_LINES = 50;
/** A worker without a check is taken to be well when it has run this long. */
const WORKER_TRIAL = 1_000;

export interface Gate {
  readonly host: Host;
  readonly target: Target;
  /** By which the proxy reaches it. */
  readonly name: string;
  readonly subject: GateSubject;
  readonly context: DriverContext;
}

/** What asks to be let in: a container, or a service of a cluster. */
export interface GateSubject {
  look(): Promise<Sight>;
  /** Its last lines. */
  output(lines: number): Promise<readonly OutputLine[]>;
}

export type Sight =
  | { readonly state: 'well' }
  /** `late`: what it is refused for when the time is up. */
  | { readonly state: 'waiting'; readonly late: Refusal }
  | { readonly state: 'refused'; readonly refusal: Refusal };

/** Why a release is not let in. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
  readonly detail?: readonly string[];
}

/**
 * Resolves when a started container is healthy: by its own check, where it has one, and by answers to the proxy on the
 * port and path that users will come by. `HEALTH_CHECK_FAILED` as soon as it has ended or says that it is unhealthy, or
 * when the time is up; with exit code, what its check said, and its last lines.
 */
export async function passGate(gate: Gate): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([gate.context.signal, over.signal]);
  const quiet = (work: Promise<Refusal | undefined>) => work.catch(rethrowUnless(over.signal));
  const limit = limitOf(gate);
  const started = gate.context.clock.monotonic();
  const left = () => limit - (gate.context.clock.monotonic() - started);
  let refusal: Refusal | undefined;
  const end = (found: Refusal | undefined) => {
    if (found === undefined) return;
    refusal ??= found;
    over.abort();
  };
  const probed = new AbortController();
  const watching = quiet(watch(gate, { signal, left, probed: probed.signal })).then(end);
  const probing = quiet(probe(gate, { signal, left })).then((found) => {
    probed.abort();
    end(found);
  });
  try {
    await Promise.all([watching, probing]);
  } finally {
    over.abort();
  }
  if (refusal) throw await failure(gate, refusal);
}

/** What was cut off by our own end is no failure. */
function rethrowUnless(over: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!over.aborted) throw error;
    return undefined;
  };
}

function limitOf({ target: { service }, context }: Gate): number {
  return Math.min(service.health?.timeout ?? service.timeout, context.timeout);
}

interface Patience {
  readonly signal: AbortSignal;
  /** Time left, ms. */
  left(): number;
}

/** Looks until what is looked at is well by its own account, after the probe was through (`probed`). */
async function watch(
  { subject, context }: Gate,
  { signal, left, probed }: Patience & { readonly probed: AbortSignal },
): Promise<Refusal | undefined> {
  for (;;) {
    const isProbed = probed.aborted;
    const seen = await subject.look();
    if (seen.state === 'refused') return seen.refusal;
    if (seen.state === 'well' && isProbed) return undefined;
    if (seen.state === 'waiting' && left() <= 0) return seen.late;
    if (isProbed) await context.clock.sleep(LOOK_EVERY, signal);
    else await untilProbed(context.clock.sleep(LOOK_EVERY, AbortSignal.any([signal, probed])), { signal, probed });
  }
}

/** Waits, but no longer than until the probe is through: then there is something to look for. */
async function untilProbed(wait: Promise<void>, { signal, probed }: Record<'signal' | 'probed', AbortSignal>) {
  await wait.catch((error: unknown) => {
    if (signal.aborted || !probed.aborted) throw error;
  });
}

/** Asks as users will, from the proxy, until enough answers in a row are good. */
async function probe(gate: Gate, { signal, left }: Patience): Promise<Refusal | undefined> {
  const { host, context } = gate;
  const check = checkOf(gate);
  if (check === undefined) return void (await context.clock.sleep(WORKER_TRIAL, signal));
  let last: ProbeAnswer | undefined;
  for (let good = 0, number = 1; ; number++) {
    last = await probeOnce({ host, context, name: gate.name, check, signal });
    context.log(`health check ${number}: ${last.answer}`, 'info');
    good = last.ok ? good + 1 : 0;
    if (good >= check.successes) return undefined;
    if (left() <= check.interval) return silent(gate, last);
    await context.clock.sleep(check.interval, signal);
  }
}

/** The service's own check; without one it has to take connections. A command runs inside, by the engine. */
function checkOf({ host, target: { service } }: Gate): HealthCheck | undefined {
  const { health, timeout } = service;
  if (host.options.worker) return health && isOfWorker(health) ? health : undefined;
  if (health && health.kind !== 'command') return health;
  return { kind: 'tcp', timeout, interval: 250, successes: 1 };
}

/** Without a port of its own, one that is asked elsewhere, or on a port that the check itself names. */
function isOfWorker(health: HealthCheck): boolean {
  return health.kind === 'tcp' ? health.port !== undefined : health.kind === 'http' && isElsewhere(health.target);
}

function silent({ host, target }: Gate, last: ProbeAnswer): Refusal {
  const { health } = target.service;
  const own = health?.kind === 'tcp' ? health.port : undefined;
  const port = own ?? host.options.port;
  return {
    reason: 'did not become healthy in time',
    fix: last.connected
      ? `Correct it, or services.${target.service.name}.health`
      : `It has to listen on 0.0.0.0 and port ${port}${own === undefined ? ', which PORT names; docker.port changes it' : ''}`,
    detail: [`last answer: ${last.answer}`],
  };
}

async function failure(
  { host, target, name, subject }: Gate,
  { reason, fix, detail = [] }: Refusal,
): Promise<DeployerError> {
  const output = await subject.output(SHOWN_LOG_LINES).catch(() => []);
  const place = host.options.replicas > 1 ? [`in the container ${name}`] : [];
  const limit = formatDuration(target.service.health?.timeout ?? target.service.timeout);
  return new DeployerError({
    code: 'HEALTH_CHECK_FAILED',
    stage: 'health_check',
    reason: `${target.service.name} ${reason.replace('in time', `within ${limit}`)}`,
    fix,
    detail: [...place, ...detail, ...output.map(({ line }) => printableLine(line))],
  });
}
