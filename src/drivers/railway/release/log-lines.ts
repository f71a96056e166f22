import type { Channel } from '../../../core/event.ts';
import type { Data, Railway } from '../api/client.ts';
import { subscribe } from '../api/stream.ts';

type Line = Data<'BuildLogs'>['buildLogs'][number];

/** A line that a build or a service has printed. */
export interface PrintedLine {
  /** RFC 3339. */
  readonly at: string;
  readonly channel: Channel;
  readonly line: string;
}

/** `build`: until there is an image; `runtime`: what it prints when it runs. */
export type LogKind = 'build' | 'runtime';

const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
const MOST = 1_000;
/** Between two connections, ms: it doubles while none of them tells anything. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 8_000;

/** The last lines so far, the oldest first; none of a log that is gone, or not there yet. */
export async function printedLines(
  api: Railway,
  deploymentId: string,
  kind: LogKind,
  { limit, startDate }: { readonly limit: number; readonly startDate?: string },
): Promise<readonly PrintedLine[]> {
  const variables = { deploymentId, limit, ...(startDate === undefined ? {} : { startDate }) };
  const given = { doing: `read the log of ${deploymentId}` };
  const lines =
    kind === 'build'
      ? (await api.call('BuildLogs', variables, given)).buildLogs
      : (await api.call('DeploymentLogs', variables, given)).deploymentLogs;
  // Railway answers one more than it was asked for.
  return sorted(lines).slice(-limit).map(printed);
}

/** The log of one deployment, over several connections: each line once. */
export class GrowingLog {
  readonly #deployment: string;
  readonly #kind: LogKind;
  #latest: string | undefined;
  /** Lines of the latest moment: more of them may come. */
  readonly #latestLines = new Set<string>();

  constructor(deployment: string, kind: LogKind) {
    this.#deployment = deployment;
    this.#kind = kind;
  }

  /** Lines that were read already are not told again. */
  skip(lines: readonly PrintedLine[]): void {
    for (const line of lines) this.#isNew(line);
  }

  /**
   * Tells lines as they come, until `isOver` says that no more will: by a subscription while there is one, and by asking
   * before each new connection. Trouble with either is not told: the log is no verdict.
   */
  async follow(
    api: Railway,
    onLine: (line: PrintedLine) => void,
    isOver: () => Promise<boolean> = async () => false,
  ): Promise<void> {
    const { clock, signal } = api.terms;
    for (let wait = FIRST_WAIT; !signal.aborted; ) {
      const before = this.#latest;
      await this.catchUp(api, onLine);
      if (await isOver()) return this.catchUp(api, onLine);
      await this.#listen(api, onLine).catch(() => undefined);
      signal.throwIfAborted();
      wait = this.#latest === before ? Math.min(LONGEST_WAIT, wait * 1.5) : FIRST_WAIT;
      await clock.sleep(wait, signal);
    }
  }

  /** Tells what has not been told so far, if Railway says it. */
  async catchUp(api: Railway, onLine: (line: PrintedLine) => void): Promise<void> {
    const since = this.#latest === undefined ? {} : { startDate: this.#latest };
    const asked = printedLines(api, this.#deployment, this.#kind, { limit: MOST, ...since });
    const lines = await asked.catch(() => []);
    for (const line of lines) if (this.#isNew(line)) onLine(line);
  }

  async #listen(api: Railway, onLine: (line: PrintedLine) => void): Promise<void> {
    const variables = { deploymentId: this.#deployment, limit: MOST };
    const frames =
      this.#kind === 'build'
        ? framesOf(subscribe(api, 'FollowBuildLogs', variables), ({ buildLogs }) => buildLogs)
        : framesOf(subscribe(api, 'FollowDeploymentLogs', variables), ({ deploymentLogs }) => deploymentLogs);
    for await (const lines of frames)
      for (const line of sorted(lines).map(printed)) if (this.#isNew(line)) onLine(line);
  }

  #isNew({ at, channel, line }: PrintedLine): boolean {
    const moment = sortable(at);
    const latest = this.#latest === undefined ? '' : sortable(this.#latest);
    const text = `${channel} ${line}`;
    if (moment < latest || (moment === latest && this.#latestLines.has(text))) return false;
    if (moment > latest) this.#latestLines.clear();
    this.#latest = at;
    this.#latestLines.add(text);
    return true;
  }
}

async function* framesOf<T>(
  answers: AsyncIterable<T>,
  linesOf: (answer: T) => readonly Line[],
): AsyncGenerator<readonly Line[]> {
  for await (const answer of answers) yield linesOf(answer);
}

function printed({ timestamp, message, severity }: Line): PrintedLine {
  const loud = /^(err|error|warn|warning|fatal|critical)$/i.test(severity ?? '');
  return { at: timestamp, channel: loud ? 'stderr' : 'stdout', line: message.replace(ANSI, '').replace(/\s+$/, '') };
}

function sorted(lines: readonly Line[]): readonly Line[] {
  return lines.toSorted((one, other) => {
    const [a, b] = [sortable(one.timestamp), sortable(other.timestamp)];
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

/** Fractions of seconds have as many digits as they need. */
function sortable(timestamp: string): string {
  const [, moment = timestamp, fraction = ''] = /^([^.Z+]*)(?:\.(\d+))?/.exec(timestamp) ?? [];
  return `${moment}.${fraction.padEnd(9, '0')}`;
}
