import type { MigrationEngine, MigrationFile, MigrationTarget } from '../../core/migration.ts';
import type { CommandResult } from '../../core/ports.ts';
import { codeFiles, codeId } from '../files/code-files.ts';
import type { Tool, ToolState } from '../tool/contract.ts';
import { toolEngine } from '../tool/engine.ts';
import { flagOption } from '../tool/options.ts';
import { outputOf } from '../tool/run.ts';

/**
 * Knex. Its lock is a table row that stays after a crash; only a person can know that nobody migrates, so that the row
 * is never removed from here. Its `migrate:list` makes its two tables when they are not there.
 */
export const knex: Tool = {
  name: 'knex',
  ownLock: () => true,
  options: ['knexfile', 'env'],
  files: codeFiles,
  state: { from: 'output', command: (target) => invocation(target, 'migrate:list'), read: readKnexList },
  apply: (target) => invocation(target, 'migrate:latest'),
  environment: ({ url, connection_env: variable }) => ({ DATABASE_URL: url.reveal(), [variable]: url.reveal() }),
  explain: explainKnex,
};

export const engine: MigrationEngine = toolEngine(knex);

/** Reads `knex migrate:list`. */
export function readKnexList(result: CommandResult, _files: readonly MigrationFile[]): ToolState | undefined {
  const output = outputOf(result);
  const gone = /the following files are missing: (.+)/.exec(output)?.[1];
  if (gone !== undefined)
    return { applied: [], pending: [], missing: gone.split(', ').map((name) => codeId(name.trim())) };
  if (result.exitCode !== 0 || !/Pending Migration file/.test(output)) return undefined;
  const [completed = '', pending = ''] = result.stdout.split(/^(?=.*Pending Migration file)/m);
  return { applied: fileIds(completed), pending: fileIds(pending) };
}

function fileIds(block: string): readonly string[] {
  const lines = block.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^\S+\.[cm]?[jt]s$/.test(line)).map(codeId);
}

function invocation({ options }: MigrationTarget, command: string) {
  return { argv: ['knex', command, ...flagOption(options, 'knexfile'), ...flagOption(options, 'env')] };
}

function explainKnex(output: string, { database }: MigrationTarget) {
  if (/MigrationLocked|Migration table is already locked/.test(output)) {
    return {
      code: 'STATE_LOCKED',
      reason: `The lock row of knex in database "${database}" is set`,
      fix: 'Wait if another process migrates; after a crash make sure that none does and run "knex migrate:unlock" yourself',
    } as const;
  }
  const failed = /migration file "([^"]+)" failed/.exec(output)?.[1];
  if (failed === undefined) return undefined;
  return {
    code: 'MIGRATION_FAILED',
    reason: `Migration ${codeId(failed)} failed on database "${database}"`,
    fix: 'Correct the migration and run the command again',
  } as const;
}
