import { join } from 'node:path';
import type { MigrationEngine, MigrationFile, MigrationTarget } from '../../core/migration.ts';
import type { CommandResult } from '../../core/ports.ts';
import { sqlFiles } from '../files/sql-files.ts';
import type { Tool, ToolState } from '../tool/contract.ts';
import { toolEngine } from '../tool/engine.ts';

/** dbmate. It has no lock (amacneil/dbmate#101), so that ours is held around it. */
export const dbmate: Tool = {
  name: 'dbmate',
  ownLock: () => false,
  options: ['table'],
  files: (folder) => sqlFiles(folder, { id: (name) => /^(\d+.*)\.sql$/.exec(name)?.[1], up: upOf, hasDown }),
  state: { from: 'output', command: (target) => invocation(target, ['status', '--exit-code']), read: readDbmateStatus },
  apply: (target) => invocation(target, ['up']),
  environment: ({ url, connection_env: variable }) => ({ [variable]: url.reveal() }),
  explain: explainDbmate,
};

export const engine: MigrationEngine = toolEngine(dbmate);

/** Reads `dbmate status --exit-code`: 0 nothing pending, 1 something pending, 2 a fault. */
export function readDbmateStatus(
  { exitCode, stdout }: CommandResult,
  _files: readonly MigrationFile[],
): ToolState | undefined {
  if ((exitCode !== 0 && exitCode !== 1) || !/^Pending: \d+$/m.test(stdout)) return undefined;
  const marked = (mark: string) =>
    [...stdout.matchAll(/^\[([X ])\] (\S+)\.sql$/gm)].filter(([, found]) => found === mark).map(([, , id = '']) => id);
  return { applied: marked('X'), pending: marked(' ') };
}

/** Without `--no-dump-schema` it would write into the sources, with a program that may not be there. */
function invocation({ root, path, options, connection_env: variable }: MigrationTarget, words: readonly string[]) {
  const table = typeof options['table'] === 'string' ? ['--migrations-table', options['table']] : [];
  return {
    argv: ['dbmate', '--no-dump-schema', '--env', variable, '--migrations-dir', join(root, path), ...table, ...words],
  };
}

function upOf(text: string): string {
  return /^--\s*migrate:up[^\n]*\n([\s\S]*?)(?:^--\s*migrate:down|$(?![\s\S]))/m.exec(text)?.[1] ?? '';
}

function hasDown(text: string): boolean {
  return /^--\s*migrate:down[^\n]*\n[\s\S]*\S/m.test(text);
}

/** The last file it began is the one that failed; the line that says "Applied" comes also then. */
function explainDbmate(output: string, { database }: MigrationTarget) {
  const begun = [...output.matchAll(/^Applying: (\S+)\.sql$/gm)].at(-1)?.[1];
  if (begun === undefined) return undefined;
  return {
    code: 'MIGRATION_FAILED',
    reason: `Migration ${begun} failed on database "${database}"`,
    fix: 'Correct the migration and run the command again',
  } as const;
}
