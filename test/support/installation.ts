import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Installs Debian packages unless `find` finds what they bring; one test process at a time. */
export async function installOnce(packages: readonly string[], find: () => boolean): Promise<void> {
  if (find()) return;
  await exclusively(join(tmpdir(), 'deployer-apt.lock'), async () => {
    if (!find()) await aptInstall(packages);
  });
  if (!find()) throw new Error(`${packages.join(', ')} could not be installed`);
}

/** Whether missing packages can be had here. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** A policy file keeps the packages from starting services of their own (see invoke-rc.d(8)). */
async function aptInstall(packages: readonly string[]): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const own = !existsSync(policy);
  if (own) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    const apt = (words: readonly string[]) => spawnSync('apt-get', [...words, '-qq'], { env, stdio: 'ignore' }).status;
    const install = () => apt(['install', '-y', '--no-install-recommends', ...packages]);
    // The lists of packages are only asked for when they are missing or old, for that takes as long as an installation.
    if (install() !== 0) {
      apt(['update']);
      install();
    }
  } finally {
    if (own) await rm(policy, { force: true });
  }
}

/** One process at a time; the lock of a dead one is taken over. */
export async function exclusively(lock: string, work: () => Promise<void>): Promise<void> {
  while (!(await taken(lock))) {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !existsSync(`/proc/${holder}`)) await rm(lock, { force: true });
    await sleep(50);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch {
    return false;
  }
}
