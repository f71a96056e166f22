import type { MigrationContext, MigrationEngine, MigrationStatus, MigrationTarget } from '../../core/migration.ts';
import { requireAddress } from '../database/address.ts';
import { readSession } from '../database/session.ts';
import { readSqlFiles } from '../raw/files.ts';
import { readSettledLedger } from '../raw/ledger.ts';
import { compare, statusOf } from '../raw/standing.ts';

/** Plain SQL files on SQLite, PostgreSQL and MySQL or MariaDB. */
export const engine: MigrationEngine = {
  name: 'raw',

  async files(folder) {
    const { files, problems } = readSqlFiles(folder);
    return { files: files.map(({ file }) => file), problems };
  },

  status,

  async apply(target, request, context) {
    return await (await import('../raw/apply.ts')).apply(target, request, context);
  },

  async revert(target, ids, context) {
    return await (await import('../raw/revert.ts')).revert(target, ids, context);
  },

  async resolve(target, resolution, context) {
    await (await import('../raw/resolve.ts')).resolve(target, resolution, context);
  },
};

async function status(target: MigrationTarget, context: MigrationContext): Promise<MigrationStatus> {
  const address = requireAddress(target);
  const found = readSqlFiles(target);
  const ledger = await readSession(target, address, context, { absent: () => [], present: readSettledLedger });
  return statusOf(compare(target, found, ledger, address.dialect));
}
