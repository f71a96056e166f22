import type { Finding } from '../core/finding.ts';
import { count, list } from '../core/text.ts';
import { type DatabaseWork, takesAway } from './migrations.ts';

/** Manual migrations that wait, statements worth a second look, and points of no return. */
export function migrationWarnings(
  work: readonly DatabaseWork[],
  context: { readonly environment: string; readonly live: boolean },
): Finding[] {
  return work.flatMap((one) => [
    ...manualWarning(one, context.environment),
    ...(one.strategy === 'manual' ? [] : riskWarnings(one)),
    ...(context.live ? noReturnWarning(one) : []),
  ]);
}

export function riskWarnings({ database, files }: DatabaseWork): Finding[] {
  return files
    .filter((file) => file.risks.length > 0)
    .map((file) =>
      warning(database.name, {
        message: `${file.id} on ${database.name}: ${file.risks.join(', ')}`,
        fix: `Read ${file.path} once more before it runs`,
      }),
    );
}

function manualWarning({ database, strategy, files }: DatabaseWork, environment: string): Finding[] {
  if (strategy !== 'manual' || files.length === 0) return [];
  const ids = files.map((file) => file.id);
  return [
    warning(database.name, {
      message: `${count(files.length, 'manual migration')} of ${database.name} not run by this plan: ${ids.join(', ')}`,
      fix: `deployer migrate run --env ${environment} --database ${database.name}`,
    }),
  ];
}

/** Only where older code is live; a first deploy has no way back that could be lost. */
function noReturnWarning({ database, strategy, files }: DatabaseWork): Finding[] {
  const taking = files.filter(takesAway).map((file) => file.id);
  if (taking.length === 0 || strategy === 'manual') return [];
  const what = `${list(taking)} on ${database.name} ${taking.length === 1 ? 'takes' : 'take'} away what older code may need`;
  if (strategy === 'post_deploy') {
    return [
      warning(database.name, {
        message: `Point of no return: ${what}; once it has started, a failure does not bring the old releases back`,
        fix: 'Deploy code that no longer needs it first, and this migration with the release after',
      }),
    ];
  }
  return [
    warning(database.name, {
      message: `Point of no return: ${what}, and runs before the new code is live; a failure does not bring the old releases back`,
      fix: `Use strategy post_deploy for ${database.name}, or split the change: add first, take away a release later`,
    }),
  ];
}

function warning(database: string, { message, fix }: { readonly message: string; readonly fix: string }): Finding {
  return { level: 'warning', code: 'MIGRATION_REFUSED', message, path: `databases.${database}`, fix };
}
