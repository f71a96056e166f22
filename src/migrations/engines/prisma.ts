import type { MigrationEngine, MigrationFile, MigrationTarget } from '../../core/migration.ts';
import type { CommandResult } from '../../core/ports.ts';
import { sqlFiles } from '../files/sql-files.ts';
import type { Tool, ToolState } from '../tool/contract.ts';
import { toolEngine } from '../tool/engine.ts';
import { flagOption } from '../tool/options.ts';
import { outputOf } from '../tool/run.ts';

/** Prisma Migrate. It has an advisory lock of its own, and its `migrate status` changes nothing. */
export const prisma: Tool = {
  name: 'prisma',
  ownLock: () => true,
  options: ['schema', 'config'],
  files: (folder) => sqlFiles(folder, { deep: true, id: (name) => /^([^/]+)\/migration\.sql$/.exec(name)?.[1] }),
  state: { from: 'output', command: (target) => invocation(target, ['status']), read: readPrismaStatus },
  apply: (target) => invocation(target, ['deploy']),
  environment: (target) => {
    const url = prismaUrl(target.url.reveal());
    return {
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      DATABASE_URL: url,
      [target.connection_env]: url,
    };
  },
  explain: explainPrisma,
  resolve: (target, { as, id }) =>
    as === 'continue-from' ? undefined : invocation(target, ['resolve', `--${as}`, id]),
};

export const engine: MigrationEngine = toolEngine(prisma);

/** Reads `prisma migrate status`; exit code 1 is also an answer. */
export function readPrismaStatus(result: CommandResult, files: readonly MigrationFile[]): ToolState | undefined {
  const output = outputOf(result);
  const pending = namesAfter(output, /migrations? have not yet been applied:\n/);
  const [dirty] = namesAfter(output, /Following migrations? have failed:\n/);
  const missing = namesAfter(output, /from the database are not found locally in [^\n]*:\n/);
  const isEmpty = output.includes('is not managed by Prisma Migrate');
  const known = pending.length + missing.length > 0 || dirty !== undefined || isEmpty;
  if (!known && !output.includes('Database schema is up to date')) return undefined;
  const open = new Set(isEmpty ? files.map(({ id }) => id) : [...pending, dirty]);
  return {
    applied: files.map(({ id }) => id).filter((id) => !open.has(id)),
    pending: isEmpty ? files.map(({ id }) => id) : pending.filter((id) => id !== dirty),
    missing,
    ...(dirty === undefined ? {} : { dirty }),
  };
}

function invocation({ options }: MigrationTarget, words: readonly string[]) {
  return { argv: ['prisma', 'migrate', ...words, ...flagOption(options, 'schema'), ...flagOption(options, 'config')] };
}

/** Names stand one a line, up to an empty line. */
function namesAfter(output: string, heading: RegExp): readonly string[] {
  const found = heading.exec(output);
  if (found === null) return [];
  const [block = ''] = output.slice(found.index + found[0].length).split(/\n\s*\n/);
  return block
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Prisma calls an SQLite file `file:`. */
function prismaUrl(url: string): string {
  return url.replace(/^sqlite:/, 'file:');
}

function explainPrisma(output: string, target: MigrationTarget) {
  const database = `database "${target.database}"`;
  if (/\bP3009\b/.test(output)) {
    const name = /The `([^`]+)` migration/.exec(output)?.[1] ?? 'a migration';
    return {
      code: 'MIGRATION_REFUSED',
      reason: `Prisma remembers that ${name} failed half-way on ${database}`,
      fix: `Look at the database, then run "deployer migrate resolve --database ${target.database}" with --applied or --rolled-back`,
    } as const;
  }
  if (/\bP1002\b[\s\S]*advisory lock|advisory lock[\s\S]*\bP1002\b/.test(output)) {
    return {
      code: 'STATE_LOCKED',
      reason: `Another process migrates ${database} with Prisma`,
      fix: 'Wait until it is over and run the command again',
    } as const;
  }
  if (/\bP3005\b/.test(output)) {
    return {
      code: 'MIGRATION_REFUSED',
      reason: `The ${database} is not empty, but Prisma has no record of migrations in it`,
      fix: 'Run "deployer migrate resolve --applied" for the migrations that it already contains',
    } as const;
  }
  const failed = /Migration name: (\S+)/.exec(output)?.[1];
  if (failed === undefined) return undefined;
  return {
    code: 'MIGRATION_FAILED',
    reason: `Migration ${failed} failed on ${database}`,
    fix: 'Look at the database, then run "deployer migrate resolve" and correct the migration',
  } as const;
}
