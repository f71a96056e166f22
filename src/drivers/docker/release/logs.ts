import type { DriverContext, Target } from '../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../core/logs.ts';
import { untilCancelled } from '../../follow.ts';
import type { OutputLine } from '../../image/engine/streams.ts';
import { type Host, openReachable } from '../host.ts';
import type { LogSource } from './placed-release.ts';
import { viewTarget } from './view.ts';

/** How often is looked for containers that have come since. */
const LOOK_EVERY = 1_000;

/**
 * Lines of the release asked for, or of those with traffic, or else of the newest; of several in the order of time. A
 * container that comes to have traffic is followed too.
 */
export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const { hosts, unreachable } = await openReachable(target, context);
  const [lost] = unreachable;
  if (lost && hosts.length === 0) throw lost.error;
  for (const { name } of unreachable) context.log(`${name} does not answer: its lines are missing`, 'info');
  const wanted = await wantedReplicas(hosts, target, request);
  const last = await Promise.all(wanted.map((source) => collect(source, target, request.tail)));
  const lines = last.flat().sort((one, other) => ((one.at ?? '') < (other.at ?? '') ? -1 : 1));
  yield* lines.slice(-request.tail);
  if (request.follow) yield* new Follower(hosts, target, request, context).lines(wanted);
}

interface Source {
  readonly host: Host;
  readonly log: LogSource;
}

async function wantedReplicas(hosts: readonly Host[], target: Target, { ref }: LogRequest): Promise<readonly Source[]> {
  const views = await Promise.all(hosts.map(async (host) => ({ host, ...(await viewTarget(host, target)) })));
  const all = views.flatMap(({ host, releases }) => releases.map((release) => ({ host, release })));
  const live = all.filter(({ release }) => release.percent > 0);
  const newest = views.flatMap(({ host, releases }) => releases.slice(-1).map((release) => ({ host, release })));
  const usual = live.length > 0 ? live : newest;
  const wanted = ref === undefined ? usual : all.filter(({ release }) => release.release === ref);
  const sources = wanted.flatMap(({ host, release }) => release.sources.map((log) => ({ host, log })));
  return [...new Map(sources.map((source) => [keyOf(source), source])).values()];
}

async function collect(source: Source, target: Target, tail: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of source.log.output({ timestamps: 1, tail })) lines.push(logLine(target, source.log, line));
  return lines;
}

/** Begins with the time, in a form that sorts as text. */
function logLine({ service }: Target, { release }: LogSource, { channel, line }: OutputLine): LogLine {
  const space = line.indexOf(' ');
  const at = space > 0 ? line.slice(0, space) : '';
  const known = /^\d{4}-\d\d-\d\dT/.test(at);
  return {
    service: service.name,
    release,
    channel,
    line: known ? line.slice(space + 1) : line,
    ...(known ? { at } : {}),
  };
}

/** Several streams as one, until the caller has had enough. */
class Follower {
  readonly #hosts: readonly Host[];
  readonly #target: Target;
  readonly #request: LogRequest;
  readonly #context: DriverContext;
  readonly #followed = new Set<string>();
  readonly #ready: LogLine[] = [];
  #wake: () => void = () => undefined;

  constructor(hosts: readonly Host[], target: Target, request: LogRequest, context: DriverContext) {
    this.#hosts = hosts;
    this.#target = target;
    this.#request = request;
    this.#context = context;
  }

  async *lines(begun: readonly Source[]): AsyncGenerator<LogLine> {
    const { signal, clock } = this.#context;
    for (const source of begun) this.#follow(source, { tail: 0 });
    while (!signal.aborted) {
      yield* this.#ready.splice(0);
      const more = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const late = clock.sleep(LOOK_EVERY, signal).then(
        () => this.#look(),
        () => undefined,
      );
      await Promise.race([more, late]);
    }
  }

  async #look(): Promise<void> {
    const wanted = await wantedReplicas(this.#hosts, this.#target, this.#request).catch(() => []);
    for (const source of wanted) if (!this.#followed.has(keyOf(source))) this.#follow(source, { tail: 'all' });
  }

  #follow(source: Source, { tail }: { readonly tail: number | 'all' }): void {
    this.#followed.add(keyOf(source));
    void this.#read(source, tail).catch(() => this.#followed.delete(keyOf(source)));
  }

  async #read(source: Source, tail: number | 'all'): Promise<void> {
    for await (const line of source.log.output({ timestamps: 1, tail, follow: 1 })) {
      this.#ready.push(logLine(this.#target, source.log, line));
      this.#wake();
    }
  }
}

/** Hosts that manage the same cluster have the same lines. */
function keyOf({ host, log }: Source): string {
  return log.of === 'cluster' ? log.name : `${host.name} ${log.name}`;
}
