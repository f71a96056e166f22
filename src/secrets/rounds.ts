import { DeployerError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { failure } from './failure.ts';

/** Waits after an answer that was lost, ms; there is one more look than there are waits. */
const WAITS = [200, 800, 2_000, 2_000];

/** How one value comes to its place at a store. */
export interface Writing<Present> {
  /** Names the place for messages. */
  readonly what: string;
  /** What is there now. */
  read(): Promise<Present>;
  /** Whether that is the value already. */
  isDone(present: Present): boolean;
  /** `overtaken`: what was read is not there any more, and nothing was written. */
  write(present: Present): Promise<'written' | 'overtaken'>;
}

/**
 * Writes unless the value is there. Begins anew, from reading, when somebody came in between, and when no answer came: the value
 * may be there then. Throws what the last try threw, and `STATE_CONFLICT` when somebody came in between each time.
 */
export async function writeInRounds<Present>(
  { what, read, isDone, write }: Writing<Present>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<'changed' | 'unchanged'> {
  let lost: DeployerError | undefined;
  for (let round = 0; ; round++) {
    const present = await read();
    if (isDone(present)) return round === 0 ? 'unchanged' : 'changed';
    const wait = WAITS[round];
    if (wait === undefined) throw lost ?? overtaken(what);
    const outcome = await write(present).catch(lostAnswer);
    if (outcome === 'written') return 'changed';
    lost = outcome === 'overtaken' ? undefined : outcome;
    if (lost) await clock.sleep(wait, signal);
  }
}

const LOST = new Set(['PLATFORM_UNAVAILABLE', 'TIMEOUT', 'RATE_LIMIT_EXCEEDED']);

function lostAnswer(error: unknown): DeployerError {
  if (error instanceof DeployerError && LOST.has(error.code)) return error;
  throw error;
}

function overtaken(what: string): DeployerError {
  return failure('STATE_CONFLICT', `${what} is written by somebody else all the time`, 'Try again later');
}
