import type { Finding } from '../core/finding.ts';
import type { MigrationRecord, Version } from '../core/state.ts';
import type { DatabaseWork } from './migrations.ts';
import { versionLabel } from './version.ts';

interface VersionFiles {
  readonly work: readonly DatabaseWork[];
  readonly warnings: readonly Finding[];
  readonly errors: readonly Finding[];
}

/**
 * Leaves of the pending files those that belong to a version: files that came later were not tried with it. A file that
 * the version needs but the working tree lacks, or holds with another text, is an error.
 */
export function filesOfVersion(work: readonly DatabaseWork[], version: Version | undefined): VersionFiles {
  if (!version) return { work, warnings: [], errors: [] };
  const split = work.map((one) => splitFiles(one, version));
  return {
    work: split.map((one) => one.work),
    warnings: split.flatMap((one) => one.warnings),
    errors: split.flatMap((one) => one.errors),
  };
}

function splitFiles(work: DatabaseWork, version: Version) {
  const name = work.database.name;
  const records = version.migrations[name] ?? [];
  const wanted = new Map(records.map((record) => [record.id, record]));
  const later = work.files.filter((file) => !wanted.has(file.id)).map((file) => file.id);
  return {
    work: { ...work, files: work.files.filter((file) => wanted.has(file.id)) },
    warnings: later.length > 0 ? [notOfVersion(name, later, version)] : [],
    errors: missing(work, records).map((id) => notHere(name, id, version)),
  };
}

function missing({ observed }: DatabaseWork, records: readonly MigrationRecord[]): string[] {
  const here = new Map(observed.files.map((file) => [file.id, file.checksum]));
  const applied = new Set(observed.applied.map((one) => one.id));
  return records.filter(({ id, checksum }) => !applied.has(id) && here.get(id) !== checksum).map(({ id }) => id);
}

function notOfVersion(database: string, ids: readonly string[], version: Version): Finding {
  return {
    level: 'warning',
    code: 'MIGRATION_REFUSED',
    message: `Not part of ${versionLabel(version)}, so not run on ${database}: ${ids.join(', ')}`,
    path: `databases.${database}`,
    fix: 'Deploy them to the source environment first, and promote that',
  };
}

function notHere(database: string, id: string, version: Version): Finding {
  return {
    level: 'error',
    code: 'MIGRATION_REFUSED',
    message: `${versionLabel(version)} needs the migration ${id} on ${database}, which the working tree lacks or holds changed`,
    path: `databases.${database}`,
    fix: version.source ? `git checkout ${version.source.commit}` : `Bring the file ${id} back as it was`,
  };
}
