import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { DeployerError } from '../../core/errors.ts';
import { stateFile } from './layout.ts';
import type { GatewayState } from './protocol.ts';

/** What the gateway last wrote, or `undefined` when there never was one. */
export function readState(folder: string): GatewayState | undefined {
  const text = readText(stateFile(folder));
  if (text === undefined) return undefined;
  const state = parse(text);
  if (state?.format === 1 && typeof state.targets === 'object') return state;
  throw new DeployerError({
    code: 'STATE_CORRUPT',
    reason: `The file of the local gateway cannot be read: ${stateFile(folder)}`,
    fix: 'End the services by hand, remove the file and deploy again',
  });
}

/**
 * Writes the state whole or not at all. Calls that come while one is writing share the next write; each resolves when
 * what it saw is on disk.
 */
export function stateWriter(folder: string, current: () => GatewayState): () => Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  return () => {
    queued ??= writing
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        writing = write(stateFile(folder), JSON.stringify(current(), undefined, 2));
        return writing;
      });
    return queued;
  };
}

async function write(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DeployerError(
      { code: 'IO_FAILED', reason: `Cannot read ${file}`, fix: 'Check the rights of the file' },
      error,
    );
  }
}

function parse(text: string): GatewayState | undefined {
  try {
    return JSON.parse(text) as GatewayState;
  } catch {
    return undefined;
  }
}
