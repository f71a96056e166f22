import type { DriverContext, LogLine, LogRequest, Target } from '../../../core/driver.ts';
import { frameLines, type OutputLine } from '../engine/streams.ts';
import { type Host, openHost } from '../host.ts';
import { type ReplicaView, viewTarget } from './inspection.ts';

/** How often is looked for containers that have come since. */
const LOOK_EVERY = 1_000;

/**
 * Lines of the release asked for, or of those with traffic, or else of the newest; of several in the order of time. A
 * container that comes to have traffic is followed too.
 */
export async function* releaseLogs(
  target: Target,
  request: LogRequest,
  context: DriverContext,
): AsyncGenerator<LogLine> {
  try {
    yield* linesOf(target, request, context);
  } catch (error) {
    // Whoever follows a log ends by cancelling, at any time.
    if (!request.follow || !context.signal.aborted) throw error;
  }
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const host = await openHost(target, context);
  const wanted = await wantedReplicas(host, target, request);
  const last = await Promise.all(wanted.map((view) => collect(host, target, view, request.tail)));
  const lines = last.flat().sort((one, other) => ((one.at ?? '') < (other.at ?? '') ? -1 : 1));
  yield* lines.slice(-request.tail);
  if (request.follow) yield* new Follower(host, target, request, context).lines(wanted);
}

async function wantedReplicas(host: Host, target: Target, { ref }: LogRequest): Promise<readonly ReplicaView[]> {
  const { releases } = await viewTarget(host, target);
  const live = releases.filter(({ percent }) => percent > 0);
  const usual = live.length > 0 ? live : releases.slice(-1);
  const wanted = ref === undefined ? usual : releases.filter(({ release }) => release === ref);
  return wanted.flatMap(({ replicas }) => replicas);
}

async function collect(host: Host, target: Target, view: ReplicaView, tail: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of outputOf(host, view, { tail })) lines.push(logLine(target, view, line));
  return lines;
}

async function* outputOf(
  { engine }: Host,
  { name }: ReplicaView,
  query: Readonly<Record<string, string | number>>,
): AsyncGenerator<OutputLine> {
  const all = { stdout: 1, stderr: 1, timestamps: 1, ...query };
  yield* frameLines(
    await engine.stream('GET', `/containers/${name}/logs`, { doing: `read the log of ${name}`, query: all }),
  );
}

/** Begins with the time, in a form that sorts as text. */
function logLine({ service }: Target, { release }: ReplicaView, { channel, line }: OutputLine): LogLine {
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
  readonly #host: Host;
  readonly #target: Target;
  readonly #request: LogRequest;
  readonly #context: DriverContext;
  readonly #followed = new Set<string>();
  readonly #ready: LogLine[] = [];
  #wake: () => void = () => undefined;

  constructor(host: Host, target: Target, request: LogRequest, context: DriverContext) {
    this.#host = host;
    this.#target = target;
    this.#request = request;
    this.#context = context;
  }

  async *lines(begun: readonly ReplicaView[]): AsyncGenerator<LogLine> {
    const { signal, clock } = this.#context;
    for (const view of begun) this.#follow(view, { tail: 0 });
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
    const wanted = await wantedReplicas(this.#host, this.#target, this.#request).catch(() => []);
    for (const view of wanted) if (!this.#followed.has(view.name)) this.#follow(view, { tail: 'all' });
  }

  #follow(view: ReplicaView, { tail }: { readonly tail: number | 'all' }): void {
    this.#followed.add(view.name);
    void this.#read(view, tail).catch(() => this.#followed.delete(view.name));
  }

  async #read(view: ReplicaView, tail: number | 'all'): Promise<void> {
    for await (const line of outputOf(this.#host, view, { tail, follow: 1 })) {
      this.#ready.push(logLine(this.#target, view, line));
      this.#wake();
    }
  }
}
