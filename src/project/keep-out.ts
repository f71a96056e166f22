import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes git leave a folder alone that it must never hold: the state folder, with the project's key in it. */
export async function keepOutOfGit(folder: string): Promise<void> {
  // One that is there is the owner's; where it cannot be written, nothing else is lost.
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(() => undefined);
}
