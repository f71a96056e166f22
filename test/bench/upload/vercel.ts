import { join } from 'node:path';
import { Front } from '../../support/vercel/front.ts';
import type { Platform, Service } from './platform.ts';

interface VercelService extends Service {
  readonly front: Front;
}

/** Vercel's emulator behind our own server, and its official command line. */
export const vercel: Platform<VercelService> = {
  title: 'Vercel',
  tool: 'vercel',
  bounds: { time: 0.6, memory: 0.6, slow: 1 },
  start: async (delay) => {
    const front = await Front.start();
    front.delay = delay;
    front.keeps = 'digests';
    let told = 0;
    const requests = () => {
      const lines = front.requests.slice(told);
      told += lines.length;
      return { all: lines.length, uploads: lines.filter((line) => line === 'POST /v2/files').length };
    };
    return { front, requests, close: () => front.close() };
  },
  config: `version: 1
project: shop
services:
  web: { path: site, driver: vercel, vercel: { team: acme } }
environments:
  production: { mode: production, protected: false }
`,
  environment: ({ front }) => ({ VERCEL_TOKEN: 'goodtoken', VERCEL_API_URL: front.url }),
  official: ({ front }, folder) => ({
    args: [
      ...['deploy', join(folder, 'site'), '--prod', '--yes', '--team', 'acme', '--token', 'goodtoken'],
      ...['--api', front.url, '--global-config', join(folder, 'of-the-official-tool')],
    ],
    env: {},
  }),
  bare: ({ front }, folder) => [join(import.meta.dirname, 'bare-vercel.js'), front.url, join(folder, 'site')],
};
