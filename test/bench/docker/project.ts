import { IMAGES } from '../../support/docker/images.ts';
import type { SshHost } from '../../support/docker/ssh.ts';
import { type Outcome, type Project, projectOf } from '../../support/project.ts';
import { watchPeak } from '../peak.ts';

/** A page that busybox serves: an image of a few MB. It ends with code 7 when it has a file named `crash`. */
export function pageProject(name: string, hosts: readonly SshHost[], port: number): Promise<Project> {
  return projectOf({
    'deploy.config.yaml': config(name, hosts, port),
    'page/www/index.html': 'zero',
    'page/Dockerfile': `FROM ${IMAGES.busybox}\nCOPY www /www\nCMD ["sh", "-c", "${START}"]\n`,
  });
}

const START = 'if [ -e /www/crash ]; then sleep 0.3; exit 7; fi; exec httpd -f -p $PORT -h /www';

/** What one command took. */
export interface Timing {
  readonly outcome: Outcome;
  /** ms */
  readonly wall: number;
  /** The most memory it had at once, MiB. */
  readonly peak: number;
}

/** Runs a command that has to end with a certain code. */
export async function timed(
  project: Project,
  args: readonly string[],
  { env, code = 0 }: { readonly env: Readonly<Record<string, string>>; readonly code?: number },
): Promise<Timing> {
  const start = performance.now();
  let peak = () => 0;
  const outcome = await project.run(args, {
    env,
    onStart: ({ pid }) => {
      peak = watchPeak(pid);
    },
  });
  const wall = performance.now() - start;
  const most = peak();
  if (outcome.code !== code) throw new Error(`${args.join(' ')} exited ${outcome.code}\n${outcome.stderr}`);
  return { outcome, wall, peak: most };
}

function config(name: string, hosts: readonly SshHost[], port: number): string {
  const list = hosts.map(({ endpoint, address }) => `{ engine: "${endpoint}", address: ${address} }`);
  const proxy = (at: number) =>
    `{ name: ${name}-${at}, image: "${IMAGES.caddy}", http_port: ${at}, https_port: ${at + 1} }`;
  const environment = (mode: string, at: number) =>
    `{ mode: ${mode}, services: { page: { docker: { proxy: ${proxy(at)} } } } }`;
  return `version: 1
project: ${name}
services:
  page:
    path: page
    driver: docker
    health: { path: /, timeout: 20s, interval: 100ms, successes: 1 }
    docker:
      hosts: [${list.join(', ')}]
environments:
  staging: ${environment('staging', port)}
  production: ${environment('production', port + 2)}
`;
}
