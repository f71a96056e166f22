import type { FlagValue } from '../core/config.ts';

/** What is to become of one name of an environment's configuration. */
export interface SettingsStep {
  readonly key: string;
  readonly kind: 'variable' | 'secret' | 'flag';
  readonly change: 'add' | 'update' | 'unchanged';
  /** A secret's reference; of the others the value. */
  readonly to: FlagValue;
}

/** How a name differs from what it is now. */
export function changeOf<T>(now: Readonly<Record<string, T>>, key: string, wanted: T): SettingsStep['change'] {
  if (!Object.hasOwn(now, key)) return 'add';
  return now[key] === wanted ? 'unchanged' : 'update';
}

export function isChange({ change }: SettingsStep): boolean {
  return change !== 'unchanged';
}
