import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installOnce } from '../installation.ts';
import { until } from '../waiting.ts';
import { type Engine, hostEngine } from './engine.ts';
import { type Host, nextPort } from './host.ts';
import { type Program, startInside } from './inside.ts';
import { find, run } from './packages.ts';

/** A host that is reached by ssh, and can be lost. */
export interface SshHost extends Host {
  /** `ssh://host-1` and so on, for whom `environment` is set. */
  readonly endpoint: string;
  /** The same engine without ssh: for tests to look with other eyes. */
  readonly engine: Engine;
  /** Ends the connections, and refuses new ones, as a machine does that is shut down. */
  leave(): Promise<void>;
  /** Says nothing more on connections, old and new, as a machine does that has lost its network. */
  hang(): void;
  /** Ends `leave` and `hang`. */
  comeBack(): Promise<void>;
}

export interface SshHosts {
  readonly hosts: readonly SshHost[];
  /** What the environment of the command line needs beside the usual: a `PATH` whose `ssh` knows the hosts. */
  readonly environment: { readonly PATH: string };
  /** For `afterAll`. The engines stay. */
  end(): Promise<void>;
}

/**
 * The first engine and others, 2 hosts unless told otherwise, by real ssh servers, by their names or addresses. The engines are shared by the test
 * run; ssh servers are of the caller alone, so that no other test notices when one is lost.
 */
export async function sshHosts(wish: { readonly count?: number; readonly engines?: Engines } = {}): Promise<SshHosts> {
  await installOnce(['openssh-server', 'openssh-client'], () => ['ssh', 'sshd', 'ssh-keygen'].every(find));
  const folder = mkdtempSync(join(inject('servers'), 'ssh-'));
  for (const name of ['host', 'user']) run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', name], folder);
  const engines = wish.engines ?? (await firstEngines(wish.count ?? 2));
  const hosts = await Promise.all(engines.map((engine) => sshHost(engine, folder)));
  writeFileSync(join(folder, 'config'), hosts.map(({ settings }) => settings).join('\n'));
  mkdirSync(join(folder, 'bin'));
  const wrapper = join(folder, 'bin/ssh');
  writeFileSync(wrapper, `#!/bin/sh\nexec ${find('ssh')} -F ${folder}/config "$@"\n`);
  chmodSync(wrapper, 0o755);
  return {
    hosts: hosts.map(({ host }) => host),
    environment: { PATH: `${folder}/bin:${process.env.PATH}` },
    end: async () => void (await Promise.all(hosts.map(({ host }) => host.leave()))),
  };
}

type Engines = readonly (Engine & Host)[];

function firstEngines(count: number): Promise<Engines> {
  return Promise.all(Array.from({ length: count }, (_, index) => hostEngine(index + 1)));
}

async function sshHost(engine: Engine & Host, folder: string) {
  const { name, address } = engine;
  const port = await nextPort();
  const config = join(folder, `${name}.sshd`);
  writeFileSync(config, serverSettings(engine, folder, port));
  let server: Program | undefined;
  const host: SshHost = {
    ...engine,
    endpoint: `ssh://${name}`,
    engine,
    leave: async () => {
      await server?.end();
      server = undefined;
    },
    hang: () => server?.signal('SIGSTOP'),
    comeBack: async () => {
      server?.signal('SIGCONT');
      server ??= serve(engine, config);
      await until(() => greets(address, port));
    },
  };
  await host.comeBack();
  return { host, settings: clientSettings(engine, folder, port) };
}

function serve(host: Host, config: string): Program {
  mkdirSync('/run/sshd', { recursive: true });
  return startInside(host, [find('sshd') ?? '', '-D', '-f', config, '-E', config.replace(/sshd$/, 'log')]);
}

function serverSettings({ endpoint, address }: Engine, folder: string, port: number): string {
  const key = readFileSync(join(folder, 'user.pub'), 'utf8');
  writeFileSync(join(folder, 'authorized'), key);
  return `Port ${port}
ListenAddress ${address}
HostKey ${folder}/host
PidFile none
AuthorizedKeysFile ${folder}/authorized
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
StrictModes no
SetEnv DOCKER_HOST=${endpoint}
`;
}

function clientSettings({ name, address }: Host, folder: string, port: number): string {
  const key = readFileSync(join(folder, 'host.pub'), 'utf8');
  writeFileSync(join(folder, `${name}.known`), `[${address}]:${port} ${key}`);
  return `Host ${name} ${address}
HostName ${address}
Port ${port}
User root
IdentityFile ${folder}/user
IdentitiesOnly yes
IdentityAgent none
StrictHostKeyChecking yes
UserKnownHostsFile ${folder}/${name}.known
ConnectTimeout 10
`;
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('data', () => [resolve(true), socket.destroy()]);
    for (const end of ['error', 'close']) socket.once(end, () => resolve(false));
  });
}
