import { join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import type { StampedEvent } from '../core/event.ts';
import { readJournal } from '../execute/journal-reader.ts';
import type { Workspace } from './workspace.ts';

export function journalFile({ state }: Workspace, run: string): string {
  return join(state.runs.folder(run), 'events.ndjson');
}

/** What was put on record of a run, nothing when it was cut off before its first line. */
export async function journalOf(workspace: Workspace, run: string): Promise<readonly StampedEvent[]> {
  return readJournal(journalFile(workspace, run)).then(({ events }) => events, unlessAbsent([]));
}

/** A new run has no journal; one that was cut off before its first line has none either. */
export function unlessAbsent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof DeployerError && error.code === 'NOT_FOUND') return instead;
    throw error;
  };
}
