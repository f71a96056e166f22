import type { MigrationContext, MigrationTarget } from '../../core/migration.ts';
import { readAddress } from '../database/address.ts';
import { writeSession } from '../database/session.ts';
import type { Tool } from './contract.ts';

/** Holds our lock, by a connection of ours, while a tool without one runs. */
export async function withLock<T>(
  tool: Tool,
  target: MigrationTarget,
  context: MigrationContext,
  work: () => Promise<T>,
): Promise<T> {
  if (tool.ownLock(target)) return await work();
  const address = readAddress(target);
  if (address === undefined) {
    context.log(`${tool.name} runs without a lock: the kind of database is not known`);
    return await work();
  }
  return await writeSession(target, address, context, async (session) => {
    await session.lock('run');
    return await work();
  });
}
