import { DeployerError } from '../core/errors.ts';
import type { Listener, RunEvent, StampedEvent } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import type { Journal } from './journal.ts';

/** Stamps events, keeps them in the journal and tells the listener, in that order. */
export interface Recorder {
  /** Resolves when the event is on disk and was told. Rejects when it could not be kept; it is told all the same. */
  record(event: RunEvent): Promise<void>;
  /** The same, for lines that nothing waits for. That the journal is broken shows at the next `record`. */
  note(event: RunEvent): void;
  /** Tells without keeping. */
  show(event: RunEvent): void;
}

export interface RecorderParts {
  readonly journal: Journal;
  readonly emit: Listener;
  readonly clock: Clock;
  readonly runId: string;
  /** Number of the journal's last line; 0 for a new run. */
  readonly lastSeq: number;
}

export function createRecorder({ journal, emit, clock, runId, lastSeq }: RecorderParts): Recorder {
  let stamped = lastSeq;
  let told = lastSeq;
  return { record, note, show };

  async function record(event: RunEvent): Promise<void> {
    const kept = stamp(event, ++stamped);
    try {
      await journal.append(kept);
    } catch (error) {
      throw error instanceof DeployerError ? error : notKept();
    } finally {
      told = kept.seq;
      tell(kept);
    }
  }

  function note(event: RunEvent): void {
    record(event).catch(() => undefined);
  }

  function show(event: RunEvent): void {
    tell(stamp(event, told));
  }

  function stamp(event: RunEvent, seq: number): StampedEvent {
    return { ...event, seq, at: new Date(clock.now()).toISOString(), run_id: runId };
  }

  /** A terminal that went away must not end a deploy. */
  function tell(event: StampedEvent): void {
    try {
      emit(event);
    } catch {
      // The listener's own trouble.
    }
  }
}

function notKept(): DeployerError {
  return new DeployerError({ code: 'IO_FAILED', reason: 'The journal of the run cannot be written' });
}
