import { digestValue } from '../../core/digest.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { MigrationEngine, MigrationFile, MigrationTarget } from '../../core/migration.ts';
import type { CommandResult } from '../../core/ports.ts';
import { codeFiles } from '../files/code-files.ts';
import type { Folder } from '../files/folder.ts';
import { sqlFiles } from '../files/sql-files.ts';
import type { Tool, ToolState } from '../tool/contract.ts';
import { toolEngine } from '../tool/engine.ts';
import { commandOption } from '../tool/options.ts';

const WHOLE = 'command';

/**
 * Any command. `apply` migrates. `pending` tells what there is to do: as JSON, an array of file names or ids, or by exit
 * code, 0 for nothing and 1 for something. Without it `apply` runs on every deploy. `lock: none` for commands that lock
 * by themselves.
 */
export const command: Tool = {
  name: 'command',
  ownLock: ({ options }) => options['lock'] === 'none',
  options: ['apply', 'pending', 'lock'],
  files,
  state: { from: 'output', command: ({ options }) => commandOption(options, 'pending'), read: readPending },
  apply(target) {
    const found = commandOption(target.options, 'apply');
    if (found !== undefined) return found;
    throw new DeployerError({ code: 'INVALID_CONFIG', stage: 'migration', reason: noCommand(target).message });
  },
  environment: ({ url, connection_env: variable }) => ({ [variable]: url.reveal() }),
};

export const engine: MigrationEngine = toolEngine(command);

/** The folder's files where `pending` can tell them apart; else one that stands for all. */
function files(folder: Folder) {
  const missing = commandOption(folder.options, 'apply') === undefined ? [noCommand(folder)] : [];
  const [sql, code] = [sqlFiles(folder, { id: (name) => /^([^/]+)\.sql$/.exec(name)?.[1] }), codeFiles(folder)];
  const found = [...sql.files, ...code.files].sort((a, b) => (a.id < b.id ? -1 : 1));
  const single = found.length === 0 || commandOption(folder.options, 'pending') === undefined;
  const problems = [
    ...missing,
    ...sql.problems,
    ...code.problems.filter(({ message }) => !sql.problems.some((one) => one.message === message)),
  ];
  const readable = sql.problems.length === 0;
  return { files: single && readable ? [standIn(folder, found)] : found, problems };
}

function standIn(folder: Folder, found: readonly MigrationFile[]): MigrationFile {
  const expands = found.length > 0 && found.every(({ phase }) => phase === 'expand');
  return {
    id: WHOLE,
    path: folder.path,
    checksum: digestValue([folder.options['apply'] ?? null, ...found.map(({ id, checksum }) => [id, checksum])]),
    phase: expands ? 'expand' : 'contract',
    phase_source: 'guessed',
    has_down: false,
    compatible: expands || (found.length > 0 && found.every(({ compatible }) => compatible)),
    risks: found.flatMap(({ risks }) => risks),
  };
}

/** Reads the answer of `pending`; `undefined` when it failed. */
export function readPending(
  { exitCode, stdout }: CommandResult,
  found: readonly MigrationFile[],
): ToolState | undefined {
  if (exitCode !== 0 && exitCode !== 1) return undefined;
  const all = found.map(({ id }) => id);
  const names = namesIn(stdout);
  if (names === undefined) return exitCode === 0 ? { applied: all, pending: [] } : { applied: [], pending: all };
  const open = new Set(
    all.length === 1 && all[0] === WHOLE ? all.slice(0, names.length) : names.map((name) => idOf(name, all)),
  );
  return { applied: all.filter((id) => !open.has(id)), pending: all.filter((id) => open.has(id)) };
}

function idOf(name: string, ids: readonly string[]): string {
  const id = [name, name.replace(/\.\w+$/, '')].find((candidate) => ids.includes(candidate));
  if (id !== undefined) return id;
  throw new DeployerError({
    code: 'MIGRATION_REFUSED',
    stage: 'migration',
    reason: 'The pending command names a migration that is not in the migrations folder',
    fix: 'Let it print the names of files in migrations.path as a JSON array',
  });
}

function namesIn(stdout: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function noCommand(folder: Pick<MigrationTarget, 'database'>): Finding {
  return {
    level: 'error',
    code: 'INVALID_CONFIG',
    message: `The command engine of database "${folder.database}" has no command to run`,
    expected: 'apply: a command line, or a list of words',
  };
}
