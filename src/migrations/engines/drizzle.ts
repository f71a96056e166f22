import type { MigrationEngine, MigrationFile, MigrationTarget } from '../../core/migration.ts';
import type { Session } from '../database/contract.ts';
import { type Folder, problem } from '../files/folder.ts';
import { sqlFiles } from '../files/sql-files.ts';
import type { Tool, ToolState } from '../tool/contract.ts';
import { type JournalEntry, readJournal } from '../tool/drizzle-journal.ts';
import { toolEngine } from '../tool/engine.ts';
import { flagOption, textOption } from '../tool/options.ts';

/**
 * drizzle-kit. It has no command that tells what is pending, so that its journal and its table are read, and no lock
 * (drizzle-team/drizzle-orm#874), so that ours is held around it.
 */
export const drizzle: Tool = {
  name: 'drizzle',
  ownLock: () => false,
  options: ['config', 'table', 'schema'],
  files,
  state: { from: 'table', read: readTable, empty: (found) => ({ applied: [], pending: found.map(({ id }) => id) }) },
  apply: ({ options }) => ({ argv: ['drizzle-kit', 'migrate', ...flagOption(options, 'config')] }),
  environment: ({ url, connection_env: variable }) => ({ DATABASE_URL: url.reveal(), [variable]: url.reveal() }),
};

export const engine: MigrationEngine = toolEngine(drizzle);

/** The journal's entries, in its order; a file that it does not name is not applied by drizzle. */
function files(folder: Folder) {
  const found = sqlFiles(folder, { id: (name) => /^(.+)\.sql$/.exec(name)?.[1] });
  if (found.files.length === 0) return found;
  const journal = readJournal(folder);
  if (journal === undefined)
    return {
      files: [],
      problems: [...found.problems, problem(folder, 'meta/_journal.json', 'cannot be read as a journal of drizzle')],
    };
  const byId = new Map(found.files.map((file) => [file.id, file]));
  const lost = journal
    .filter(({ tag }) => !byId.has(tag))
    .map(({ tag }) => problem(folder, `${tag}.sql`, 'is in the journal but not there'));
  const present = journal.flatMap(({ tag }) => byId.get(tag) ?? []);
  return { files: present, problems: [...found.problems, ...lost] };
}

/** Rows carry the journal's time stamp, `when`, as `created_at`. */
async function readTable(
  session: Session,
  target: MigrationTarget,
  found: readonly MigrationFile[],
): Promise<ToolState> {
  const table = textOption(target.options, 'table') ?? '__drizzle_migrations';
  const schema = session.dialect === 'postgres' ? (textOption(target.options, 'schema') ?? 'drizzle') : undefined;
  if (!(await session.hasTable(table, schema))) return { applied: [], pending: found.map(({ id }) => id) };
  const rows = await session.query(`select created_at from ${session.table(table, schema)}`);
  const stamps = rows.map((row) => String(row['created_at']));
  return stateOf(stamps, readJournal(target) ?? [], found);
}

function stateOf(
  stamps: readonly string[],
  journal: readonly JournalEntry[],
  found: readonly MigrationFile[],
): ToolState {
  const done = new Set(stamps);
  const applied = new Set(journal.filter(({ when }) => done.has(String(when))).map(({ tag }) => tag));
  const known = new Set(journal.map(({ when }) => String(when)));
  return {
    applied: found.map(({ id }) => id).filter((id) => applied.has(id)),
    pending: found.map(({ id }) => id).filter((id) => !applied.has(id)),
    missing: stamps.filter((stamp) => !known.has(stamp)).map((stamp) => `the migration generated at ${stamp}`),
  };
}
