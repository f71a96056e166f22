import type { Json } from '../core/json.ts';
import type { AuditEntry } from '../core/state.ts';
import type { Workspace } from './workspace.ts';

/** Puts an action of its own (not part of a run) into the audit log. Facts are names and numbers, never values. */
export async function recordAction(
  { state, runtime }: Workspace,
  entry: {
    readonly action: string;
    readonly environment: string;
    readonly detail: Readonly<Record<string, Json>>;
    readonly result?: NonNullable<AuditEntry['result']>;
  },
): Promise<void> {
  await state.audit.append({ who: runtime.who, ...entry });
}
