import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { whenBusy } from './test/support/busy-machine.ts';
import { ProgramsFirst } from './test/support/programs-first.ts';

const group = process.env['DEPLOYER_BENCH_GROUP'];

export default defineConfig({
  test: {
    // The bench measures with the servers and engines of the tests.
    include: [group ? `test/bench/${group}/*.measure.ts` : 'test/**/*.test.ts'],
    // Samples have tests of their own.
    exclude: ['**/node_modules/**', 'test/fixtures/**'],
    globalSetup: ['test/support/build.ts', 'test/support/servers.ts'],
    reporters: ['default'],
    testTimeout: whenBusy(30_000),
    // The first hook that needs a server may have to install it.
    hookTimeout: whenBusy(180_000),
    pool: 'forks',
    // About half of their time tests wait for programs, disks and clocks.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: ProgramsFirst },
  },
});
