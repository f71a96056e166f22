// Groups that need the servers and engines of the tests: vitest runs their `*.measure.ts`, which hand their rows back by a file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './measure.js';
import { NODE, newFolder, REPOSITORY } from './projects.js';

/** The rows that `test/bench/<group>/` reports; `patience` in ms. */
export function measured(group, { env = {}, patience }) {
  const rows = join(newFolder(), 'rows.ndjson');
  const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');
  output({
    command: [NODE, vitest, 'run', '--no-file-parallelism'],
    cwd: REPOSITORY,
    env: { ...env, DEPLOYER_BENCH_GROUP: group, DEPLOYER_BENCH_ROWS: rows },
    patience,
  });
  return readFileSync(rows, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
