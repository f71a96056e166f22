import { appFiles } from '../driver-world.ts';
import { IMAGES } from './images.ts';

interface Place {
  readonly endpoint: string;
  readonly address: string;
}

/** What the configs of tests have in common: one project on engines of the tests, behind a proxy of its own. */
export interface DockerConfig {
  /** Of the project, and of the proxy: begins the names of all there is of it. */
  readonly name: string;
  readonly hosts: readonly Place[];
  /** Of the proxy, for HTTP; the next one is for HTTPS. */
  readonly port: number;
  /** How long the service `app` may take to become healthy; without, it has no check. */
  readonly patience?: string;
  /** More lines of the service, and below its `docker`, without their indentation. */
  readonly service?: readonly string[];
  readonly docker?: readonly string[];
  /** Lines of other services and of the environment `dev`, which is always there. */
  readonly services?: string;
  readonly environment?: readonly string[];
}

/** A config with the service `app` in the folder `app`. */
export function dockerConfig(wanted: DockerConfig): string {
  const { name, patience, service = [], docker = [], services = '', environment = [] } = wanted;
  const health = patience ? [`health: { path: /healthz, timeout: ${patience}, interval: 100ms, successes: 1 }`] : [];
  return `version: 1
project: ${name}
services:
  app:
    path: app
    driver: docker
${indented([...service, ...health], 4)}    docker:
${indented([hostsLine(wanted), 'stop_timeout: 1s', 'drain_timeout: 2s', proxyLine(wanted), ...docker], 6)}${services}environments:
  dev:
${indented(['mode: dev', ...environment], 4)}`;
}

export function hostsLine({ hosts }: Pick<DockerConfig, 'hosts'>): string {
  return `hosts: [${hosts.map(({ endpoint, address }) => `{ engine: "${endpoint}", address: ${address} }`).join(', ')}]`;
}

export function proxyLine({ name, port }: Pick<DockerConfig, 'name' | 'port'>): string {
  return `proxy: { name: ${name}, image: "${IMAGES.caddy}", http_port: ${port}, https_port: ${port + 1} }`;
}

function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => `${' '.repeat(by)}${line}\n`).join('');
}

/** Files of the service `app`: the fixture server, which answers with the label, and its Dockerfile. */
export async function appFolder(label: string): Promise<Record<string, string>> {
  const files = { ...(await appFiles(label)), Dockerfile: DOCKERFILE };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`app/${file}`, text]));
}

const DOCKERFILE = `FROM ${IMAGES.node}\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.mjs"]\n`;

/** As `appFolder`, in an image small enough to be sent from engine to engine again and again; it knows nothing but the label. */
export function pageFolder(label: string): Record<string, string> {
  return { 'app/label.txt': label, 'app/healthz': 'ok', 'app/httpd.conf': 'I:label.txt\n', 'app/Dockerfile': PAGE };
}

const PAGE = `FROM ${IMAGES.busybox}\nWORKDIR /app\nCOPY . .\nCMD ["httpd", "-f", "-p", "8080", "-h", "/app", "-c", "/app/httpd.conf"]\n`;
