import { DeployerError } from '../../core/errors.ts';
import type { ApplyRequest, MigrationContext, MigrationFile } from '../../core/migration.ts';
import { count, list } from '../../core/text.ts';
import type { Folder } from './folder.ts';
import { type Kinded, withoutKind } from './history.ts';

/** Ids of pending files that may run. What was approved and is neither pending nor applied is not what was planned. */
export function approved(
  folder: Folder,
  { only }: ApplyRequest,
  pending: readonly MigrationFile[],
  applied: readonly string[],
  context: Pick<MigrationContext, 'log'>,
): ReadonlySet<string> {
  const ids = new Set(pending.map(({ id }) => id));
  if (only === undefined) return ids;
  const known = new Set([...ids, ...applied]);
  const unknown = only.filter((id) => !known.has(id));
  if (unknown.length > 0) throw notThere(folder, unknown);
  const allowed = new Set(only);
  const left = [...ids].filter((id) => !allowed.has(id));
  if (left.length > 0) context.log(`${list(left)} stays pending: it was not approved`);
  return new Set([...ids].filter((id) => allowed.has(id)));
}

/** Throws with all problems at once, but for those that the request allows. */
export function refuseProblems(folder: Folder, request: ApplyRequest, problems: readonly Kinded[]): void {
  const standing = problems.filter(({ kind }) => !(kind === 'out_of_order' && request.allowOutOfOrder === true));
  const [first] = standing;
  if (first === undefined) return;
  throw new DeployerError({
    code: standing.some(({ kind }) => kind === 'file') ? 'INVALID_CONFIG' : 'MIGRATION_REFUSED',
    stage: 'migration',
    reason:
      standing.length === 1
        ? `Database "${folder.database}": ${first.finding.message}`
        : `The migrations of database "${folder.database}" have ${count(standing.length, 'problem')}, first: ${first.finding.message}`,
    ...(first.finding.fix === undefined ? {} : { fix: first.finding.fix }),
    findings: standing.map(withoutKind),
  });
}

function notThere(folder: Folder, ids: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'PLAN_STALE',
    stage: 'migration',
    reason: `${list(ids)} was approved for database "${folder.database}", but there is no such migration in ${folder.path}`,
    fix: 'Plan again',
  });
}
