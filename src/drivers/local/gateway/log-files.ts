import { copyFile, rename, rm, stat, truncate } from 'node:fs/promises';

const LARGEST = 5 * 1024 * 1024;
const OLDER = 2;

/**
 * Moves a log that has grown too large aside: `x.log` → `x.log.1` → `x.log.2`. The service writes to the file itself, by
 * a descriptor in append mode, and goes on doing so when the gateway dies; so the file is copied and cut rather than
 * renamed. A line written between the two is lost. `x.log.1` appears last: whoever follows the log sees by it that the
 * cut has been made.
 */
export async function rotate(log: string): Promise<void> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= LARGEST) return;
  for (let age = OLDER; age > 1; age--) await rename(`${log}.${age - 1}`, `${log}.${age}`).catch(() => undefined);
  await copyFile(log, `${log}.new`);
  await truncate(log, 0);
  await rename(`${log}.new`, `${log}.1`);
}

/** Of a release that is gone only the newest log is kept, under one name for the whole target. */
export async function keepLast(log: string, kept: string): Promise<void> {
  await rename(log, kept).catch(() => undefined);
  for (let age = 1; age <= OLDER; age++) await rm(`${log}.${age}`, { force: true });
}
