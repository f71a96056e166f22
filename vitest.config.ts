import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts', 'test/support/servers.ts'],
    reporters: ['default'],
    testTimeout: 30_000,
    // The first hook that needs a server may have to install it.
    hookTimeout: 180_000,
    pool: 'forks',
  },
});
