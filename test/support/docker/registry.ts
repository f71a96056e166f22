import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installOnce } from '../installation.ts';
import { until } from '../waiting.ts';
import { hostEngine } from './engine.ts';
import { nextPort } from './host.ts';
import { engineCall } from './images.ts';
import { startInside } from './inside.ts';
import { find, run } from './packages.ts';

/** A real registry, of the caller alone. */
export interface Registry {
  /** `address:port`, as in names of images; over plain HTTP, for all hosts of the test run, and for this machine. */
  readonly place: string;
  /** Copies an image of an engine to `<place>/<name>`, by way of the account when there is one; answers that name. */
  take(from: { readonly socket: string }, image: string, name: string): Promise<string>;
  /** Also how a registry fails in the middle of something. */
  end(): Promise<void>;
}

/** Names and their passwords; without accounts everybody may pull and push. */
export type Accounts = Readonly<Record<string, string>>;

/** Best called in a hook, for it may have to be installed. */
export async function registry({ accounts }: { readonly accounts?: Accounts } = {}): Promise<Registry> {
  await installOnce(['docker-registry'], () => find('docker-registry') !== undefined);
  const [host, port] = [await hostEngine(1), await nextPort()];
  const folder = mkdtempSync(join(inject('servers'), 'registry-'));
  const place = `${host.address}:${port}`;
  writeFileSync(join(folder, 'config'), settings(folder, place, accounts));
  const server = startInside(host, [find('docker-registry') ?? '', 'serve', join(folder, 'config')]);
  await until(() => answers(place), 60_000);
  const [account] = Object.entries(accounts ?? {});
  return {
    place,
    take: (from, image, name) => push(from.socket, image, `${place}/${name}`, account),
    end: () => server.end(),
  };
}

async function push(socket: string, image: string, reference: string, account?: Account): Promise<string> {
  const [repo = '', tag = 'latest'] = reference.split(/:(?=[^/]*$)/);
  await engineCall(socket, 'POST', `/images/${image}/tag?${new URLSearchParams({ repo, tag })}`);
  const headers = { 'X-Registry-Auth': registryAuth(account) };
  const { body } = await engineCall(socket, 'POST', `/images/${repo}/push?tag=${tag}`, undefined, headers);
  await engineCall(socket, 'DELETE', `/images/${reference}?noprune=1`);
  if (!String(body).includes('"aux"')) throw new Error(`${reference} was not pushed: ${body}`);
  return reference;
}

type Account = readonly [name: string, password: string];

/** What the engine's API takes as `X-Registry-Auth`: base64 for URLs, padded. */
export function registryAuth([username, password]: Account | readonly [] = []): string {
  const base64 = Buffer.from(JSON.stringify({ username, password })).toString('base64');
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

function settings(folder: string, addr: string, accounts: Accounts | undefined): string {
  const passwords = join(folder, 'passwords');
  mkdirSync(join(folder, 'images'));
  const auth = accounts === undefined ? {} : { auth: { htpasswd: { realm: 'tests', path: passwords } } };
  const lines = Object.entries(accounts ?? {}).map(([name, password]) => `${name}:${bcrypt(password)}\n`);
  writeFileSync(passwords, lines.join(''));
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') }, delete: { enabled: true } },
    http: { addr },
    ...auth,
  });
}

/** The one form of password that the registry takes; every Debian has Perl, and that has crypt(3). */
function bcrypt(password: string): string {
  return run(['perl', '-e', 'print crypt($ARGV[0], "\\$2b\\$05\\$" . "deployertestsregistry.")', password], '/');
}

async function answers(place: string): Promise<boolean> {
  const answer = await fetch(`http://${place}/v2/`).catch(() => undefined);
  return answer?.status === 200 || answer?.status === 401;
}
