import type { OptionSpec } from './command.ts';

/** Options that all verbs that run a plan take. */
export const RUN_OPTIONS: readonly OptionSpec[] = [
  { flags: '--concurrency <n>', description: 'how many operations may run at once' },
  { flags: '--lock-wait <duration>', description: 'wait this long for another run to finish' },
];

export const SERVICE_OPTION: OptionSpec = {
  flags: '--service <name>',
  description: 'only this service (may be repeated)',
  repeat: true,
};

export const FORCE_OPTION: OptionSpec = {
  flags: '--force',
  description: 'pass gates that refuse; the audit log says so',
};

export const DATABASE_OPTION: OptionSpec = { flags: '--database <name>', description: 'only this database' };
