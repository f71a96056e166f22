import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Peer, PeerTls } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';

/** Where an engine is, and how we came to think so. */
export interface Endpoint {
  /** As in `DOCKER_HOST`. */
  readonly text: string;
  readonly peer: Peer;
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`, for TLS. */
  readonly certificates?: string;
}

type Settings = DriverContext['settings'];

const DEFAULT = 'unix:///var/run/docker.sock';
/** What ssh cannot take for an option. */
const SSH_WORD = /^[A-Za-z0-9_[][\w.:\]-]*$/;
const FORMS = 'unix:///path, ssh://user@host, tcp://host:2376, or the name of a Docker context';

/** The endpoint asked for; else `DOCKER_HOST`, the current context, the socket of this machine. */
export async function findEndpoint(wanted: string | undefined, settings: Settings): Promise<Endpoint> {
  if (wanted?.includes('://')) return endpointOf(wanted, settings.DOCKER_CERT_PATH);
  if (wanted !== undefined) return contextEndpoint(wanted, settings);
  if (settings.DOCKER_HOST) return endpointOf(settings.DOCKER_HOST, certificatesOf(settings));
  const context = settings.DOCKER_CONTEXT ?? (await currentContext(settings));
  return context === undefined || context === 'default' ? endpointOf(DEFAULT) : contextEndpoint(context, settings);
}

/** What the docker command has to be told to reach the same engine. */
export function clientVariables({ text, certificates }: Endpoint, settings: Settings): Record<string, string> {
  return {
    DOCKER_HOST: text,
    ...(settings.DOCKER_CONFIG ? { DOCKER_CONFIG: settings.DOCKER_CONFIG } : {}),
    ...(settings.SSH_AUTH_SOCK ? { SSH_AUTH_SOCK: settings.SSH_AUTH_SOCK } : {}),
    ...(certificates ? { DOCKER_CERT_PATH: certificates, DOCKER_TLS_VERIFY: '1' } : {}),
  };
}

/** A port of 2376 speaks TLS by custom; others do when they are told to. */
function certificatesOf({ DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, DOCKER_CONFIG, HOME = '' }: Settings) {
  if (!DOCKER_TLS_VERIFY) return undefined;
  return DOCKER_CERT_PATH ?? DOCKER_CONFIG ?? join(HOME, '.docker');
}

async function endpointOf(text: string, certificates?: string): Promise<Endpoint> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (text.startsWith('unix:///')) return { text, peer: { kind: 'unix', path: text.slice('unix://'.length) } };
  if (url?.protocol === 'ssh:' && SSH_WORD.test(url.hostname) && SSH_WORD.test(url.username || 'me') && !url.password)
    return { text, peer: { kind: 'command', argv: sshCommand(url) } };
  if (url?.protocol === 'tcp:' && url.hostname !== '') return tcpEndpoint(text, url, certificates);
  throw wrongEndpoint();
}

/** One connection that the engine's own client carries on; the user's ssh settings, agent and known hosts apply. */
function sshCommand({ username, hostname, port }: URL): readonly string[] {
  const user = username === '' ? [] : ['-l', username];
  return [
    'ssh',
    ...user,
    ...(port === '' ? [] : ['-p', port]),
    '--',
    unbracketed(hostname),
    'docker',
    'system',
    'dial-stdio',
  ];
}

async function tcpEndpoint(text: string, { hostname, port }: URL, certificates?: string): Promise<Endpoint> {
  const secure = certificates !== undefined || port === '2376';
  const place = { kind: 'tcp', host: unbracketed(hostname), port: Number(port || 2375) } as const;
  if (!secure) return { text, peer: place };
  const tls = certificates === undefined ? {} : await readCertificates(certificates);
  return { text, peer: { ...place, tls }, ...(certificates ? { certificates } : {}) };
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

async function readCertificates(folder: string): Promise<PeerTls> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => text(join(folder, name))));
  return { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key: new Secret(key) } : {}) };
}

async function currentContext(settings: Settings): Promise<string | undefined> {
  const config = await text(configFile(settings));
  const found = config === undefined ? undefined : parsed(config)?.currentContext;
  return typeof found === 'string' ? found : undefined;
}

/** Contexts lie in folders that are named by the digest of the context's name. */
async function contextEndpoint(name: string, settings: Settings): Promise<Endpoint> {
  const folder = join(configFolder(settings), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await text(join(folder, 'meta', id, 'meta.json'));
  const endpoints = meta === undefined ? undefined : (parsed(meta)?.Endpoints as ContextEndpoints | undefined);
  const host = endpoints?.docker?.Host;
  if (!host) throw unknownContext(name);
  const certificates = join(folder, 'tls', id, 'docker');
  const secure = (await text(join(certificates, 'ca.pem'))) ?? (await text(join(certificates, 'cert.pem')));
  return endpointOf(host, secure === undefined ? undefined : certificates);
}

interface ContextEndpoints {
  readonly docker?: { readonly Host?: string };
}

/** Of the docker command. */
export function configFile(settings: Settings): string {
  return join(configFolder(settings), 'config.json');
}

function configFolder({ DOCKER_CONFIG, HOME = '' }: Settings): string {
  return DOCKER_CONFIG ?? join(HOME, '.docker');
}

/** `undefined` when there is no such file. */
function text(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function wrongEndpoint(): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: 'The address of the container engine has a form that is not known',
    fix: `Write it as ${FORMS}`,
  });
}

function unknownContext(name: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `There is no Docker context ${name}`,
    fix: 'See those there are: docker context ls',
  });
}
