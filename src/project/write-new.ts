import { open } from 'node:fs/promises';
import { ioFailure, systemCode } from '../core/io-failure.ts';

/** Writes a file that is not there yet; what is there is left alone, also a link that leads nowhere. */
export async function writeNew(file: string, text: string): Promise<'written' | 'exists'> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return 'written';
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return 'exists';
    throw ioFailure('write', file, error);
  }
}
