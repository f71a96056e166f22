import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');

/** What a migrating process said at its end. */
export interface Outcome {
  readonly code: number | null;
  readonly applied: readonly string[];
  readonly failed?: unknown;
}

/** Bundles the program once per test file; below `node_modules`, where its imports are found. */
export async function bundleMigrator(): Promise<
  (root: string, url: string) => { child: ChildProcess; outcome: Promise<Outcome> }
> {
  const program = join(ROOT, 'node_modules/.cache/deployer-test', `${randomUUID()}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'migrate.fixture.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  return (root, url) => {
    const child = spawn(process.execPath, [program, root], {
      env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, outcome: outcomeOf(child) };
  };
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as object);
  const last = Object(lines.at(-1)) as { applied?: readonly string[]; failed?: unknown };
  return { code, applied: last.applied ?? [], ...(last.failed === undefined ? {} : { failed: last.failed }) };
}
