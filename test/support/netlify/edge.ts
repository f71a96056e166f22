import { type Deploy, newestOfBranch, published, slugOf, stateOf } from './deploys.ts';
import type { Platform, Site } from './platform.ts';
import { activeSplit, productionBranch } from './splits.ts';

export interface Page {
  readonly status: number;
  readonly body: Buffer | string;
}

const NOTHING: Page = { status: 404, body: 'Not Found - Request ID: 0' };

/** What a browser gets from a host below `netlify.app`. */
export function page(platform: Platform, host: string, path: string): Page {
  const deploy = deployOfHost(platform, host);
  if (!deploy || stateOf(platform, deploy) !== 'ready') return NOTHING;
  if (deploy.functions.size === 0) return fileAt(platform, deploy, path);
  // Functions stand behind every path here, so that whatever they have for variables shows.
  const given = new Map(deploy.variables.map(({ key, value }) => [key, value]));
  if (given.has('EXIT_AT_START')) return { status: 500, body: 'the function has crashed' };
  const delay = Number(given.get('START_DELAY') ?? 0);
  if (Date.now() < (deploy.uploaded ?? 0) + delay) return { status: 503, body: 'the function is starting' };
  const name = /^\/\.netlify\/functions\/([^/]+)$/.exec(path)?.[1] ?? [...deploy.functions.keys()][0] ?? '';
  const lines = platform.functionLines.get(deploy.id) ?? [];
  platform.functionLines.set(deploy.id, [...lines, `${name} was asked for ${path}`]);
  if (!path.startsWith('/.netlify/functions/')) return fileAt(platform, deploy, path);
  return deploy.functions.has(name) ? { status: 200, body: JSON.stringify(Object.fromEntries(given)) } : NOTHING;
}

function deployOfHost(platform: Platform, host: string): Deploy | undefined {
  const [, label, domain = host] = /^(.+?)--(.+)$/.exec(host) ?? [];
  const site = platform.siteOfHost(domain);
  if (!site) return undefined;
  if (label === undefined) return nextOf(platform, site);
  const exact = platform.deploys.get(label);
  return exact?.site === site.id ? exact : newestOfBranch(platform, site, label);
}

/** As evenly as chance never is, so that nobody has to ask a thousand times. */
const STEP = 0.618_033_988_75;

/** Browsers without a cookie are dealt to the branches of a split test one after the other. */
function nextOf(platform: Platform, site: Site): Deploy | undefined {
  const live = published(platform, site);
  const split = activeSplit(site);
  if (!split) return live;
  let left = ((++platform.visits * STEP) % 1) * 100;
  for (const [branch, percent] of Object.entries(split.branches)) {
    left -= percent;
    if (left < 0) return branch === productionBranch(site) ? live : newestOfBranch(platform, site, slugOf(branch));
  }
  return live;
}

function fileAt(platform: Platform, { files = new Map() }: Deploy, path: string): Page {
  const read = (name: string) => {
    const sha = files.get(name);
    return sha === undefined ? undefined : platform.blobs.get(sha);
  };
  const inner = decodeURIComponent(path).replace(/^\//, '').replace(/\/$/, '');
  const names = inner === '' ? ['index.html'] : [inner, `${inner}/index.html`, `${inner}.html`];
  const found = names.map(read).find((bytes) => bytes !== undefined);
  if (found) return { status: 200, body: found };
  const fallback = /^\/\*\s+\/(\S+)\s+200$/m.exec(read('_redirects')?.toString() ?? '')?.[1];
  const app = fallback === undefined ? undefined : read(fallback);
  if (app) return { status: 200, body: app };
  const missing = read('404.html');
  return missing ? { status: 404, body: missing } : NOTHING;
}
