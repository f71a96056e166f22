import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the servers of this test run; they are started when a test first asks for one. */
    servers: string;
  }
}

/**
 * Gives a test run a folder for its servers (databases, a container engine) and sees to it that they end: a small guard process waits for the
 * end of this one, however it comes, then stops what the folder says was started, by pid.
 */
export function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'deployer-servers-'));
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'server-guard.js'), folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  project.provide('servers', folder);
  return async () => {
    const ended = new Promise((resolve) => guard.once('exit', resolve));
    guard.stdin.end();
    await ended;
  };
}
