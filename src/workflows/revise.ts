import type { EnvironmentConfig } from '../core/config.ts';
import type { Json } from '../core/json.ts';
import { newestRevision, type Settings, settingsOf, withRevision } from '../core/revisions.ts';
import type { EnvironmentState } from '../core/state.ts';
import { emptyEnvironment } from '../state/document.ts';
import type { Lock } from '../state/held-lock.ts';
import { recordAction } from './record.ts';
import type { Workspace } from './workspace.ts';

/** What becomes of settings, by kind and name. `null` takes a name away; secrets are references. */
export type SettingsPart = Partial<Settings>;

export interface SettingsChange {
  readonly env: string;
  /** Number of the newest revision; 0 when there is none. */
  readonly revision: number;
  /** `false`: all of it was set so already, and there is no new revision. */
  readonly changed: boolean;
}

export interface Revision {
  readonly environment: EnvironmentConfig;
  readonly lock: Lock;
  /** For the audit log: the command, and facts beside the names and the number. */
  readonly action: string;
  readonly detail?: Readonly<Record<string, Json>>;
  readonly settings: SettingsPart;
}

/** Puts a new revision on top of an environment's configuration, on record first. Nothing when all of it is set so already. */
export async function addRevision(workspace: Workspace, request: Revision): Promise<SettingsChange> {
  const { clock, who } = workspace.runtime;
  const { environment, lock, action, detail, settings } = request;
  const { name, mode } = environment;
  const { document } = await workspace.state.read();
  const revisions = document.environments[name]?.revisions ?? [];
  const newest = newestRevision(revisions);
  if (holds(revisions, settings)) return { env: name, revision: newest, changed: false };
  const revision = newest + 1;
  // On record first, so that no kill leaves a change that nobody made.
  await recordAction(workspace, { action, environment: name, detail: { ...detail, revision } });
  const at = new Date(clock.now()).toISOString();
  const next = { revision, at, by: who, variables: {}, secrets: {}, flags: {}, ...settings };
  await workspace.state.update(
    name,
    (current = emptyEnvironment({ name, mode, created_at: at })) => ({
      ...current,
      revisions: withRevision(current.revisions, next),
    }),
    { lock },
  );
  return { env: name, revision, changed: true };
}

/** Whether every name was last set to the very value that is wanted. */
export function holds(revisions: EnvironmentState['revisions'], { variables, secrets, flags }: SettingsPart): boolean {
  const now = settingsOf(revisions);
  const all = (set: object, wanted: object = {}) => {
    const known = new Map(Object.entries(set));
    return Object.entries(wanted).every(([name, value]) => known.has(name) && known.get(name) === value);
  };
  return all(now.variables, variables) && all(now.secrets, secrets) && all(now.flags, flags);
}
