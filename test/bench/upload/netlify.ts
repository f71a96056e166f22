import { join } from 'node:path';
import { NetlifyServer } from '../../support/netlify/server.ts';
import type { Platform, Service } from './platform.ts';

const NAME = 'shop-web';
const NOTHING = Buffer.alloc(0);

interface NetlifyService extends Service {
  readonly server: NetlifyServer;
  /** Id of the site, which is there already: the official tool makes none without a question. */
  readonly site: string;
}

/** Our server by Netlify's published document, and Netlify's official command line. */
export const netlify: Platform<NetlifyService> = {
  title: 'Netlify',
  tool: 'netlify',
  bounds: { time: 0.35, memory: 0.35, slow: 0.25 },
  start: async (delay) => {
    const server = await NetlifyServer.start();
    server.latency = delay;
    const { id: site } = server.platform.addSite(NAME);
    // Big trees need not be kept.
    const { blobs } = server.platform;
    blobs.set = (digest) => Map.prototype.set.call(blobs, digest, NOTHING);
    let told = 0;
    const requests = () => {
      const lines = server.requests.slice(told);
      told += lines.length;
      return { all: lines.length, uploads: lines.filter((line) => /^PUT \/deploys\/[^/]+\/files\//.test(line)).length };
    };
    return { server, site, requests, close: () => server.close() };
  },
  config: `version: 1
project: shop
services:
  web: { path: site, driver: netlify, netlify: { site: ${NAME} } }
environments:
  production: { mode: production, protected: false }
`,
  environment: ({ server }) => ({ NETLIFY_AUTH_TOKEN: 'goodtoken', NETLIFY_API_URL: server.url }),
  official: ({ server }, folder) => ({
    args: ['deploy', '--dir', join(folder, 'site'), '--prod', '--no-build', '--site', NAME, '--json'],
    env: {
      NETLIFY_AUTH_TOKEN: 'goodtoken',
      NETLIFY_API_URL: server.url,
      XDG_CONFIG_HOME: join(folder, 'of-the-official-tool'),
    },
  }),
  bare: ({ server, site }, folder) => [
    join(import.meta.dirname, 'bare-netlify.js'),
    server.url,
    site,
    join(folder, 'site'),
  ],
};
