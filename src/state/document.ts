import type { Mode } from '../core/config.ts';
import { type EnvironmentState, STATE_FORMAT, type StateDocument } from '../core/state.ts';

/** The state before anything was written: serial 0, no lineage. */
export function emptyDocument({ project, tool }: { project: string; tool: string }): StateDocument {
  const writer = { id: '', tool };
  return { format: STATE_FORMAT, lineage: '', serial: 0, written_at: '', writer, project, environments: {} };
}

/** An environment in which nothing was deployed yet. */
export function emptyEnvironment(facts: {
  readonly name: string;
  readonly mode: Mode;
  readonly created_at: string;
  readonly template?: string;
  readonly expires_at?: string;
}): EnvironmentState {
  return { ...facts, revisions: [], resources: {}, current: {}, deployments: [], durations: {} };
}

/** `undefined` when the environment is not in the state. */
export function environmentOf(document: StateDocument, name: string): EnvironmentState | undefined {
  return Object.hasOwn(document.environments, name) ? document.environments[name] : undefined;
}

/** The document with one environment put in place, or taken out. */
export function withEnvironment(
  document: StateDocument,
  { name, state }: { name: string; state: EnvironmentState | undefined },
): StateDocument {
  const { [name]: _, ...others } = document.environments;
  return { ...document, environments: state ? { ...document.environments, [name]: state } : others };
}
