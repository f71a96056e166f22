import { defineConfig } from 'vitest/config';
export default defineConfig({ root: '/tmp/wt/bench', test: { include: ['test/**/*.test.ts'], testTimeout: 60000, pool: 'forks' } });
