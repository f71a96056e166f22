import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, ArtifactStore } from '../../src/core/artifact.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { DriverWorld } from './driver-world.ts';

/** Time passes so many times faster: official intervals are seconds. */
const SPEED = 100;

export function quickClock(): Clock {
  const begun = performance.now();
  return {
    now: () => Date.now(),
    monotonic: () => (performance.now() - begun) * SPEED,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const timer = setTimeout(end, ms / SPEED);
        const abort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}

/** Puts files into a store that knows them one by one, as platforms with digests want it. */
export async function putFiles(
  { root }: Pick<DriverWorld, 'root'>,
  store: ArtifactStore,
  files: Readonly<Record<string, string>>,
): Promise<Artifact> {
  const folder = await mkdtemp(join(root, 'build-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const artifact = await store.put(folder);
  await rm(folder, { recursive: true });
  return artifact;
}
