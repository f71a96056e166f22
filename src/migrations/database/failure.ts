import type { ErrorCode } from '../../core/error-codes.ts';
import { DeployerError, type Failure } from '../../core/errors.ts';
import type { MigrationTarget } from '../../core/migration.ts';
import { printableLine } from '../../core/text.ts';
import { unreachable } from '../../core/unreachable.ts';
import { sensitiveParts } from './address.ts';
import type { DatabaseProblem } from './contract.ts';

const LONGEST_MESSAGE = 400;

/** A statement's own error text is kept, for people need it; texts about connections are not, for they can hold the URL. */
export function databaseFailure(problem: DatabaseProblem, target: MigrationTarget, doing: string): DeployerError {
  const [code, what, fix] = sentence(problem, target);
  const message = problem.message === undefined ? [] : [clean(problem.message, target)];
  return new DeployerError({
    code,
    stage: 'migration',
    reason: `${doing}: ${what} (${printableLine(problem.code)})${message.length === 0 ? '' : `: ${message[0]}`}`,
    fix,
  } satisfies Failure);
}

function sentence(problem: DatabaseProblem, target: MigrationTarget): readonly [ErrorCode, string, string] {
  const database = `database "${target.database}"`;
  switch (problem.kind) {
    case 'auth':
      return [
        'AUTH_FAILED',
        `${database} refused the credentials`,
        `Check user and password in ${target.connection_env}`,
      ];
    case 'unavailable':
      return [
        'PLATFORM_UNAVAILABLE',
        `${database} cannot be reached or broke the connection`,
        `Check that the server runs and that ${target.connection_env} names its host, port and database`,
      ];
    case 'denied':
      return [
        'INSUFFICIENT_PERMISSIONS',
        `${database} denied a right`,
        'Grant the role the rights that the migration needs',
      ];
    case 'read_only':
      return [
        'INSUFFICIENT_PERMISSIONS',
        `${database} is read-only`,
        `Point ${target.connection_env} at the primary server`,
      ];
    case 'busy':
      return [
        'MIGRATION_FAILED',
        'somebody else kept a lock for too long',
        'Try again when long transactions are over',
      ];
    case 'statement':
      return ['MIGRATION_FAILED', 'the database refused it', 'Correct the file and run the command again'];
    default:
      return unreachable(problem.kind);
  }
}

function clean(message: string, target: MigrationTarget): string {
  let text = message;
  for (const part of sensitiveParts(target.url.reveal())) text = text.replaceAll(part, '[secret]');
  const line = printableLine(text);
  return line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE)} …`;
}
