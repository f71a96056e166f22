import { StringDecoder } from 'node:string_decoder';
import { DeployerError } from '../../../core/errors.ts';
import type { Channel } from '../../../core/event.ts';
import { printableLine } from '../../../core/text.ts';

const LONGEST_LINE = 65_536;

/** Values of JSON, one behind the other. A failure comes as one of them, under a status that says that all is well. */
export async function* jsonLines(
  body: AsyncIterable<Uint8Array>,
  doing: string,
): AsyncGenerator<Record<string, unknown>> {
  for await (const line of textLines(body)) {
    const value = parsed(line);
    if (!value) continue;
    if (value.errorDetail !== undefined || typeof value.error === 'string') throw streamFailure(value, doing);
    yield value;
  }
}

/** Text in chunks → whole lines. */
async function* textLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  for await (const chunk of body) {
    const lines = (begun + decoder.write(Buffer.from(chunk))).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
  }
  if (begun !== '') yield begun;
}

export interface OutputLine {
  readonly channel: Channel;
  readonly line: string;
}

/** Output of a container without a terminal: frames of 8 bytes (first the stream, at 4 the length) and their payload. */
export async function* frameLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<OutputLine> {
  const streams = { stdout: new Lines(), stderr: new Lines() };
  for await (const { channel, payload } of frames(body))
    for (const line of streams[channel].push(payload)) yield { channel, line };
  for (const channel of ['stdout', 'stderr'] as const)
    for (const line of streams[channel].end()) yield { channel, line };
}

async function* frames(body: AsyncIterable<Uint8Array>) {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = endOf(rest); end !== undefined && end <= rest.length; end = endOf(rest)) {
      yield { channel: rest[0] === 2 ? 'stderr' : 'stdout', payload: rest.subarray(8, end) } as const;
      rest = rest.subarray(end);
    }
  }
}

function endOf(buffer: Buffer): number | undefined {
  return buffer.length < 8 ? undefined : 8 + buffer.readUInt32BE(4);
}

class Lines {
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  push(bytes: Buffer): readonly string[] {
    const lines = (this.#begun + this.#decoder.write(bytes)).split('\n');
    this.#begun = lines.pop() ?? '';
    if (this.#begun.length <= LONGEST_LINE) return lines;
    lines.push(this.#begun);
    this.#begun = '';
    return lines;
  }

  end(): readonly string[] {
    return this.#begun === '' ? [] : [this.#begun];
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function streamFailure(value: Record<string, unknown>, doing: string): DeployerError {
  const { message } = (value.errorDetail ?? {}) as { message?: unknown };
  const said = [message, value.error].find((text) => typeof text === 'string') as string | undefined;
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    reason: `The container engine could not ${doing}`,
    fix: 'See what it said',
    detail: said === undefined ? [] : said.trim().split('\n').map(printableLine),
  });
}
