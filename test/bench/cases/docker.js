// What a deploy to real engines takes, behind ssh, and what users notice of it. The engines are those of the tests, which
// vitest starts and ends.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../measure.js';
import { NODE, newFolder, REPOSITORY } from '../projects.js';

const PATIENCE_MS = 1_200_000;

export async function measure() {
  const rows = join(newFolder(), 'rows.ndjson');
  const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');
  output({
    command: [NODE, vitest, 'run', '--no-file-parallelism'],
    cwd: REPOSITORY,
    env: { DEPLOYER_BENCH_ROWS: rows },
    patience: PATIENCE_MS,
  });
  return readFileSync(rows, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
