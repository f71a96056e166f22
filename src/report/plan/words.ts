import { formatDuration } from '../../core/duration.ts';
import type { Json } from '../../core/json.ts';
import type { Change, Plan } from '../../core/plan.ts';
import { count, printableLine } from '../../core/text.ts';
import { unreachable } from '../../core/unreachable.ts';

/** `Deploy to staging`, `Promote v3.2 (ver_…) from staging to production`. */
export function heading(plan: Plan): string {
  return printableLine(intentPhrase(plan));
}

/** `5 operations, 1 service unchanged, about 12.0s`. */
export function summary(plan: Plan): string {
  const { operations, unchanged, estimate, gates } = plan;
  const refused = gates.filter((gate) => !gate.met).length;
  const parts = [
    operations.length === 0 ? 'Nothing to do' : count(operations.length, 'operation'),
    ...(unchanged.length > 0 ? [`${count(unchanged.length, 'service')} unchanged`] : []),
    ...(operations.length > 0 && estimate.duration_ms !== undefined
      ? [`about ${formatDuration(estimate.duration_ms)}`]
      : []),
    ...(refused > 0 ? [`refused by ${count(refused, 'gate')}`] : []),
  ];
  return parts.join(', ');
}

export interface ChangeLine {
  readonly sign: '+' | '~' | '-';
  readonly text: string;
}

/** `~ variable LOG_LEVEL: debug → info`. A secret shows its name alone. */
export function changeLine(change: Change): ChangeLine {
  const sign = change.change === 'add' ? '+' : change.change === 'remove' ? '-' : '~';
  const owner = change.service !== undefined && change.kind === 'option' ? ` of ${change.service}` : '';
  return { sign, text: printableLine(`${change.kind} ${change.name}${owner}${fromTo(change)}`) };
}

function intentPhrase(plan: Plan): string {
  const { intent, env } = plan;
  const version = versionOf(plan);
  switch (intent) {
    case 'deploy':
      return `Deploy to ${env}`;
    case 'redeploy':
      return `Deploy ${version} to ${env} again`;
    case 'promote':
      return `Promote ${version}${plan.from_env === undefined ? '' : ` from ${plan.from_env}`} to ${env}`;
    case 'rollback':
      return `Roll ${env} back to ${version}`;
    case 'canary_promote':
      return `Promote the canary of ${version} in ${env}`;
    case 'canary_abort':
      return `Abort the canary in ${env}`;
    case 'migrate':
      return `Migrate the databases of ${env}`;
    case 'destroy':
      return `Destroy ${env}`;
    default:
      return unreachable(intent);
  }
}

function versionOf({ version_id: id, version_name: name }: Plan): string {
  if (id === undefined) return 'an unknown version';
  return name === undefined ? id : `${name} (${id})`;
}

function fromTo({ from, to }: Change): string {
  if (from !== undefined && to !== undefined) return `: ${shown(from)} → ${shown(to)}`;
  if (from !== undefined) return ` (was ${shown(from)})`;
  return to === undefined ? '' : `: ${shown(to)}`;
}

function shown(value: Json): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
