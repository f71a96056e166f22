import type { Change, Plan } from '../core/plan.ts';
import { newestRevision, sameSettings, settingsBehind, settingsOf } from '../core/revisions.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { settingChanges } from './changes.ts';

export interface SettingsBack {
  readonly restores?: Plan['restores'];
  readonly changes: readonly Change[];
}

/**
 * What going back to `configuration` does to what `env set` holds: otherwise it would come back with the next deploy.
 * Values of the config file are the file's own affair.
 */
export function settingsBack({ current }: Snapshot, configuration: AppliedConfiguration): SettingsBack {
  const revisions = current?.revisions ?? [];
  const [now, then] = [settingsOf(revisions), settingsBehind(revisions, configuration)];
  if (sameSettings(now, then)) return { changes: [] };
  return {
    restores: { from: newestRevision(revisions), to: configuration.revision },
    changes: settingChanges(now, then),
  };
}
