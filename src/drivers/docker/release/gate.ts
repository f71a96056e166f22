import type { HealthCheck } from '../../../core/config.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { formatDuration } from '../../../core/duration.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import { type ContainerView, findContainer, lastOutput } from '../engine/container.ts';
import type { Host } from '../host.ts';
import { isElsewhere, type ProbeAnswer, probeOnce } from './probe.ts';

/** How soon the end of a container is seen. */
const LOOK_EVERY = 100;
const SHOWN_LOG_LINES = 50;
/** A worker without a check is taken to be well when it has run this long. */
const WORKER_TRIAL = 1_000;

interface Gate {
  readonly host: Host;
  readonly target: Target;
  readonly name: string;
  readonly context: DriverContext;
}

/** Why a release is not let in. */
interface Refusal {
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
  let probed = false;
  const watching = quiet(watch(gate, { signal, left, probed: () => probed })).then(end);
  const probing = quiet(probe(gate, { signal, left })).then((found) => {
    probed = true;
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

/** Looks at the container until its own check is well and the probe is through. */
async function watch(
  { host, name, context }: Gate,
  { signal, left, probed }: Patience & { probed(): boolean },
): Promise<Refusal | undefined> {
  for (;;) {
    const view = await findContainer(host.engine, name);
    if (!view) return { reason: 'was removed by somebody', fix: 'Deploy again' };
    if (!view.State.Running && view.State.Status !== 'created') return ended(view);
    const health = view.State.Health?.Status ?? 'none';
    if (health === 'unhealthy') return unhealthy(view, 'says that it is unhealthy');
    const well = health === 'healthy' || health === 'none';
    if (well && probed()) return undefined;
    if (!well && left() <= 0) return unhealthy(view, 'did not become healthy in time');
    await context.clock.sleep(LOOK_EVERY, signal);
  }
}

function ended({ State }: ContainerView): Refusal {
  const { ExitCode, OOMKilled, Error: text } = State;
  const fix = 'See its last lines';
  const detail = text === '' ? [] : [printableLine(text)];
  if (OOMKilled || (ExitCode === 137 && text === ''))
    return {
      reason: `${OOMKilled ? 'ran out of memory and ' : ''}was killed (exit code ${ExitCode}) before it was healthy`,
      fix: OOMKilled ? 'Raise docker.memory, or make it need less' : fix,
      detail,
    };
  if (ExitCode === 126 || ExitCode === 127)
    return {
      reason: `could not run its command (exit code ${ExitCode})`,
      fix: 'Correct start, or CMD in the Dockerfile',
      detail,
    };
  return { reason: `ended with exit code ${ExitCode} before it was healthy`, fix, detail };
}

function unhealthy({ State }: ContainerView, reason: string): Refusal {
  const last = State.Health?.Log?.at(-1);
  const said = (last?.Output ?? '').trim().split('\n').slice(-10).map(printableLine);
  const detail = last
    ? [`its health check ended with exit code ${last.ExitCode}`, ...said.filter((line) => line !== '')]
    : [];
  return { reason, fix: 'See what its health check said, and its last lines', detail };
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
  if (host.options.worker) return health?.kind === 'http' && isElsewhere(health.target) ? health : undefined;
  if (health && health.kind !== 'command') return health;
  return { kind: 'tcp', timeout, interval: 250, successes: 1 };
}

function silent({ host, target }: Gate, last: ProbeAnswer): Refusal {
  const { port } = host.options;
  return {
    reason: 'did not become healthy in time',
    fix: last.connected
      ? `Correct it, or services.${target.service.name}.health`
      : `It has to listen on 0.0.0.0 and port ${port}, which PORT names; docker.port changes it`,
    detail: [`last answer: ${last.answer}`],
  };
}

async function failure({ host, target, name }: Gate, { reason, fix, detail = [] }: Refusal): Promise<DeployerError> {
  const output = await lastOutput(host.engine, name, SHOWN_LOG_LINES).catch(() => []);
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
