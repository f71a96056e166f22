import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What this machine lets a test do; `undefined`, or why not. */
export const lacksStrace = works(() => execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' }))
  ? undefined
  : 'strace is not there or not allowed';

export const lacksRoot = process.getuid?.() === 0 ? undefined : 'needs root';

export const lacksMounts =
  lacksRoot ??
  (works(() => tryMount(['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs'])) ? undefined : 'mounting is not allowed');

export const lacksLoop =
  lacksMounts ??
  (works(() => execFileSync('losetup', ['-f'], { stdio: 'ignore' })) ? undefined : 'there is no loop device');

export const notLong = process.env['DEPLOYER_LONG'] ? undefined : 'only in the long set';

/** The name of a test with the reason why it is skipped, if it is. */
export function named(name: string, reason: string | undefined): string {
  return reason ? `${name} [skipped: ${reason}]` : name;
}

export function mount(folder: string, argv: readonly string[]): () => void {
  execFileSync('mount', [...argv, folder], { stdio: 'ignore' });
  return () => execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

function tryMount(argv: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'deployer-mount-'));
  try {
    mount(folder, argv)();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function works(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
