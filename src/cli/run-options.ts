import type { OptionSpec, OptionValues } from './command.ts';
import { flagOf, given, listOf, numberOf } from './values.ts';

/** Options that all verbs that run a plan take. */
export const RUN_OPTIONS: readonly OptionSpec[] = [
  { flags: '--concurrency <n>', description: 'how many operations may run at once', type: 'count' },
  { flags: '--lock-wait <duration>', description: 'wait this long for another run to finish', type: 'duration' },
];

export const SERVICE_OPTION: OptionSpec = {
  flags: '--service <name>',
  description: 'only this service (may be repeated)',
  repeat: true,
  completes: 'services',
};

export const CANARY_OPTION: OptionSpec = {
  flags: '--canary <percent>',
  description: 'send only this share of traffic to the new version',
  type: 'percent',
};

export const FORCE_OPTION: OptionSpec = {
  flags: '--force',
  description: 'pass gates that refuse; the audit log says so',
};

export const DATABASE_OPTION: OptionSpec = {
  flags: '--database <name>',
  description: 'only this database',
  completes: 'databases',
};

/** What `plan` and `deploy` are asked for alike. */
export function wishesOf(options: OptionValues) {
  return given({
    services: listOf(options, 'service'),
    canaryPercent: numberOf(options, 'canary'),
    force: flagOf(options, 'force'),
  });
}
