import { type Deployment, stateOf } from './deployments.ts';
import type { Front } from './front.ts';
import { nextOf } from './rollout.ts';

export interface Page {
  readonly status: number;
  readonly body: Buffer | string;
}

const OUTPUT = '.vercel/output/';

/** What a browser gets: static files by the Build Output, behind Deployment Protection where the host is a generated one. */
export function page(front: Front, host: string, path: string, bypass: string | undefined): Page {
  const deployment = deploymentOf(front, host);
  if (!deployment) return { status: 404, body: 'DEPLOYMENT_NOT_FOUND' };
  const generated = deployment.url === host || front.aliases.has(host);
  const secrets = front.bypasses.get(deployment.project) ?? [];
  if (generated && front.isProtected && !(bypass !== undefined && secrets.includes(bypass)))
    return { status: 401, body: 'Authentication Required' };
  if (stateOf(deployment) !== 'READY') return { status: 404, body: 'DEPLOYMENT_NOT_READY' };
  if (deployment.env['EXIT_AT_START'] !== undefined) return { status: 500, body: 'FUNCTION_INVOCATION_FAILED' };
  return fileAt(front, deployment, path);
}

function deploymentOf(front: Front, host: string): Deployment | undefined {
  const byUrl = [...front.deployments.values()].find(({ url }) => url === host);
  const aliased = front.aliases.get(host);
  const production = front.hosts.get(host);
  const live = production === undefined ? undefined : nextOf(front, production);
  return byUrl ?? front.deployments.get(aliased ?? live ?? '');
}

function fileAt(front: Front, { files }: Deployment, path: string): Page {
  const read = (file: string) => {
    const sha = files.get(file);
    return sha === undefined ? undefined : front.blobs.get(sha);
  };
  const config = read(`${OUTPUT}config.json`);
  const inner = path.replace(/^\//, '');
  const names = [inner, inner === '' ? 'index.html' : `${inner.replace(/\/$/, '')}/index.html`];
  const found = names
    .map((name) => read(`${config ? `${OUTPUT}static/` : ''}${name}`))
    .find((bytes) => bytes !== undefined);
  if (found) return { status: 200, body: found };
  const routes: { src?: string; dest?: string; status?: number }[] = config ? JSON.parse(config.toString()).routes : [];
  const route = routes.find(
    ({ src, status }) => src !== undefined && status === undefined && new RegExp(`^${src}$`).test(path),
  );
  const fallback = route?.dest === undefined ? undefined : read(`${OUTPUT}static${route.dest}`);
  return fallback ? { status: 200, body: fallback } : { status: 404, body: 'NOT_FOUND' };
}
