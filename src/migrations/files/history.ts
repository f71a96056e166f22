import type { Digest } from '../../core/digest.ts';
import type { Finding } from '../../core/finding.ts';
import type { MigrationFile } from '../../core/migration.ts';
import { type Folder, problem } from './folder.ts';

/** A problem with what it is about, for those that may be allowed. */
export interface Kinded {
  readonly kind: 'file' | 'changed' | 'missing' | 'out_of_order';
  readonly finding: Finding;
}

export interface History {
  /** In the order of application. */
  readonly files: readonly MigrationFile[];
  /** `checksum` is left out where the tool keeps none. */
  readonly applied: readonly { readonly id: string; readonly checksum?: Digest }[];
}

/** What does not fit between the files and what was applied. Everyone who applies migrations must see the same history. */
export function historyProblems(folder: Folder, { files, applied }: History): readonly Kinded[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  const done = new Set(applied.map(({ id }) => id));
  const newest = files.findLastIndex(({ id }) => done.has(id));
  const gone = applied.filter(({ id }) => !byId.has(id));
  const changed = applied.filter(({ id, checksum }) => checksum !== undefined && differs(byId.get(id), checksum));
  const late = files.slice(0, Math.max(0, newest)).filter(({ id }) => !done.has(id));
  return [
    ...changed.map(({ id }) => kinded('changed', changedFinding(folder, byId.get(id), id))),
    ...gone.map(({ id }) => kinded('missing', missingFinding(folder, id))),
    ...late.map((file) => kinded('out_of_order', lateFinding(folder, file, files[newest]?.id ?? ''))),
  ];
}

export function withoutKind({ finding }: Kinded): Finding {
  return finding;
}

function differs(file: MigrationFile | undefined, checksum: Digest): boolean {
  return file !== undefined && file.checksum !== checksum;
}

function kinded(kind: Kinded['kind'], finding: Finding): Kinded {
  return { kind, finding };
}

function changedFinding(folder: Folder, file: MigrationFile | undefined, id: string): Finding {
  return problem(folder, nameOf(folder, file, id), 'was changed after it had been applied', {
    code: 'MIGRATION_REFUSED',
    fix: 'Restore the file and put the change into a new migration',
  });
}

function missingFinding(folder: Folder, id: string): Finding {
  return problem(folder, id, 'was applied but its file is missing', {
    code: 'MIGRATION_REFUSED',
    fix: 'Restore the file, from the newer source that the database was migrated with',
  });
}

function lateFinding(folder: Folder, file: MigrationFile, newest: string): Finding {
  return problem(folder, nameOf(folder, file, file.id), `is not applied, but the later ${newest} is`, {
    code: 'MIGRATION_REFUSED',
    fix: 'Give it a number after the newest one',
  });
}

function nameOf(folder: Folder, file: MigrationFile | undefined, id: string): string {
  return file === undefined ? id : file.path.slice(folder.path.length + 1);
}
