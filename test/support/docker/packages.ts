import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canInstall, installOnce } from '../installation.ts';

const PROGRAMS = ['dockerd', 'busybox', 'ip', 'unshare', 'nsenter'];
const PACKAGES = ['docker.io', 'busybox-static', 'iproute2', 'util-linux'];
/** The first Caddy that counts requests per container behind a placeholder. */
const CADDY_AT_LEAST = [2, 11, 2];

/** Why no engine can be started here, for the name of a skipped test; `undefined` when one can. */
export function engineUnavailable(): string | undefined {
  if (process.env.DOCKER_HOST || canInstall()) return undefined;
  return 'neither DOCKER_HOST is set, nor can a container engine be started here: that takes root on Debian';
}

export function installEngine(): Promise<void> {
  return installOnce(PACKAGES, () => PROGRAMS.every((name) => find(name) !== undefined));
}

/** The machine's Caddy when it is new enough, else the one of Debian's backports, unpacked below `folder`. */
export async function caddyProgram(folder: string): Promise<string> {
  const own = find('caddy');
  if (own !== undefined && isNewEnough(own)) return own;
  const place = join(folder, 'caddy');
  for (const part of ['state/lists/partial', 'cache/archives/partial'])
    await mkdir(join(place, part), { recursive: true });
  await writeFile(join(place, 'state/status'), '');
  await writeFile(join(place, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror()} trixie-backports main\n`);
  const settings = [
    `Dir::Etc::sourcelist=${place}/sources.list`,
    'Dir::Etc::sourceparts=-',
    `Dir::State=${place}/state`,
    `Dir::Cache=${place}/cache`,
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  run(['apt-get', ...settings, 'update'], place);
  run(['apt-get', ...settings, 'download', 'caddy'], place);
  const archive = readdirSync(place).find((name) => name.endsWith('.deb')) ?? '';
  run(['dpkg-deb', '-x', archive, 'x'], place);
  return join(place, 'x/usr/bin/caddy');
}

/** First of its name in the folders of PATH and of the system. */
export function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

export function run([command = '', ...args]: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where this machine has its packages from. */
function mirror(): string {
  const format = ['--format', '$(REPO_URI)', 'Created-By: Packages'];
  const places = run(['apt-get', 'indextargets', ...format], '/').split('\n');
  const found = places.find((place) => place.includes('/debian/'));
  if (found === undefined) throw new Error(`no Debian mirror among ${readFileSync('/etc/debian_version', 'utf8')}`);
  return found;
}

function isNewEnough(program: string): boolean {
  const [, text = ''] = /v?(\d+\.\d+\.\d+)/.exec(spawnSync(program, ['version'], { encoding: 'utf8' }).stdout) ?? [];
  const version = text.split('.').map(Number);
  const at = CADDY_AT_LEAST.findIndex((wanted, index) => wanted !== version[index]);
  return text !== '' && (at < 0 || (version[at] ?? 0) > (CADDY_AT_LEAST[at] ?? 0));
}
