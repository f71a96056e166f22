import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { execute } from '../../image/engine/exec.ts';
import { readFolder, writeFolder } from '../../image/engine/files.ts';
import { textMember } from '../../tar.ts';
import type { Host } from '../host.ts';
import { routeName } from '../names.ts';
import { longestWait } from '../traits.ts';
import {
  ADMIN,
  baseConfig,
  CERTIFICATE_FOLDER,
  FOLDER,
  type RouteFile,
  routeFiles,
  routeOf,
  SLOT_FOLDER,
} from './caddy.ts';
import { type CertificateFiles, certificateFiles, notePath } from './certificates.ts';
import { NOBODY_AT_ALL, readSlots, slotMembers } from './slots.ts';

/**
 * Puts the configuration together from its parts and loads it, and again when the parts have changed meanwhile: of two
 * projects that add a route at the same time, whoever is last has loaded both. Loading what is loaded changes nothing,
 * unless it is forced: certificates are read again then.
 */
const RELOAD = `
mkdir -p ${CERTIFICATE_FOLDER} && chmod 700 ${CERTIFICATE_FOLDER} || exit 1
part() { for file in routes/$1/*.json; do [ -e "$file" ] && cat "$file" && printf ,; done; }
whole() { cat base-1; part plain; cat base-2; part secure; cat base-3; }
load() {
  wget -q -O /dev/null --header "Content-Type: application/json" \${force:+--header "Cache-Control: must-revalidate"} \
    --post-file "$1" ${ADMIN}/load
}
for try in 1 2 3 4 5 6 7 8 9; do
  whole >"next-$$.json" && { load "next-$$.json" || caddy reload $force --config "next-$$.json"; } || exit 1
  whole | cmp -s - "next-$$.json" && exec rm "next-$$.json"
done
exit 1
`;
/** Files were written aside: each is moved to its place at once, so that nobody reads half of one. */
const ADD = `cd "$1" || exit 1
for file in $(cd "new/$2" && find . -type f); do
  mkdir -p "$(dirname "$file")" && mv "new/$2/$file" "$file" || exit 1
done
rm -rf "new/$2"
certificate=${CERTIFICATE_FOLDER}/$2
force=
if [ -e "$certificate.new" ]; then mv "$certificate.new" "$certificate.pem" && force=--force || exit 1; fi
[ -e "${SLOT_FOLDER}/$2/current" ] || ln -s r0 "${SLOT_FOLDER}/$2/current"
${RELOAD}`;
/** Files that are no longer wanted, and, for a route that goes, its slots. Tells whose slots are left. */
const REMOVE = `cd "$1" || exit 1
shift
force=
case "$*" in *.pem*) force=--force;; esac
rm -rf "$@"
ls ${SLOT_FOLDER}
${RELOAD}`;

/**
 * Makes sure that the proxy has the route of a target, and its certificate where one is given. A new one is loaded; what is
 * there is left alone.
 */
export async function ensureRoute(host: Host, target: Target): Promise<'created' | 'unchanged'> {
  const route = routeName(target);
  const certificate = certificateFiles(target, host.engine.context);
  const wanted = host.options.worker ? [] : routeFiles(route, host.options, waitOf(host, target));
  const [files, slots] = await Promise.all([proxyFiles(host), readSlots(host, route)]);
  const sound: (readonly [string, string])[] = [
    ...wanted.map(({ path, text }) => [`routes/${path}`, text] as const),
    ...Object.entries(baseConfig(host.options.proxy)),
    ...(certificate ? [certificate.note] : []),
  ];
  const stale = [...ownFiles(files, route)].filter((path) => !sound.some(([one]) => one === path));
  if (stale.length === 0 && sound.every(([path, text]) => files.get(path) === text) && slots !== undefined)
    return 'unchanged';
  refuseTaken(routesOf(files), route, wanted);
  await write(host, route, sound, certificate);
  if (stale.length > 0) await run(host, REMOVE, withCertificate(stale, route));
  return 'created';
}

/** Only where a release replaces another in place. */
function waitOf({ options }: Host, { service }: Target): number | undefined {
  return options.overlap ? undefined : longestWait(service, options);
}

/** Takes away a route, its slots and its certificate; answers how many targets of others are left. */
export async function removeRoute(host: Host, target: Target): Promise<number> {
  const route = routeName(target);
  const mine = ownFiles(await proxyFiles(host), route);
  // One that was written aside by an attempt that ended there holds a key too.
  const begun = `${CERTIFICATE_FOLDER}/${route}.new`;
  const paths = [...withCertificate(mine, route), begun, `${SLOT_FOLDER}/${route}`];
  return (await run(host, REMOVE, paths)).filter((line) => line !== '').length;
}

/** What the proxy was told of one route, below its folder. */
function ownFiles(files: ReadonlyMap<string, string>, route: string): readonly string[] {
  const routes = routesOf(files).flatMap(({ path }) => (routeOf(path) === route ? [`routes/${path}`] : []));
  return files.has(notePath(route)) ? [...routes, notePath(route)] : routes;
}

/** The certificate goes with the note of it. */
function withCertificate(paths: readonly string[], route: string): readonly string[] {
  const absolute = paths.map((path) => `${FOLDER}/${path}`);
  return paths.includes(notePath(route)) ? [...absolute, `${CERTIFICATE_FOLDER}/${route}.pem`] : absolute;
}

async function write(
  host: Host,
  route: string,
  files: readonly (readonly [string, string])[],
  certificate: CertificateFiles | undefined,
): Promise<void> {
  const members = [
    ...files.map(([path, text]) => textMember(`deployer/new/${route}/${path}`, text)),
    ...slotMembers(`slots/${route}/r0`, NOBODY_AT_ALL),
    ...(certificate ? [certificate.member] : []),
  ];
  await writeFolder(host.engine, host.shared.proxy, '/config', members);
  await run(host, ADD, [route]).catch(async (error) => {
    const paths = files.flatMap(([path]) => (path.startsWith('base-') ? [] : [path]));
    await run(host, REMOVE, withCertificate(paths, route)).catch(() => undefined);
    throw error;
  });
}

async function run({ engine, shared }: Host, script: string, args: readonly string[]): Promise<readonly string[]> {
  const { exitCode, output } = await execute(engine, shared.proxy, ['sh', '-c', script, 'sh', FOLDER, ...args]);
  const { stdout, stderr } = await output();
  if (exitCode === 0) return stdout;
  throw new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'provision',
    reason: `The proxy ${shared.proxy} did not take its routes`,
    fix: 'See what it said',
    detail: stderr.slice(-5),
  });
}

/** What the proxy was told, by path below its folder. */
async function proxyFiles({ engine, shared }: Host): Promise<ReadonlyMap<string, string>> {
  const members = (await readFolder(engine, shared.proxy, FOLDER)) ?? [];
  return new Map(members.flatMap(({ path, kind, text }) => (kind === 'file' ? [[path, text]] : [])));
}

function routesOf(files: ReadonlyMap<string, string>): readonly RouteFile[] {
  return [...files].flatMap(([path, text]) =>
    path.startsWith('routes/') ? [{ path: path.slice('routes/'.length), text }] : [],
  );
}

/** Two routes for the same names and paths: whichever came first would get all requests. */
function refuseTaken(known: readonly RouteFile[], route: string, wanted: readonly RouteFile[]): void {
  const others = known.filter(({ path }) => routeOf(path) !== route);
  const rival = others.find((other) => wanted.some((mine) => meet(mine, other)));
  if (!rival) return;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `${routeOf(rival.path)} already answers at the names and paths of ${route}`,
    fix: 'Give one of them other docker.host_names, or a docker.path_prefix',
  });
}

interface Matcher {
  readonly host?: readonly string[];
  readonly path?: readonly string[];
}

function meet(one: RouteFile, other: RouteFile): boolean {
  if (one.path.split('/')[0] !== other.path.split('/')[0]) return false;
  const [mine, theirs] = [matcherOf(one), matcherOf(other)];
  if (String(mine.path) !== String(theirs.path)) return false;
  if (!mine.host || !theirs.host) return mine.host === theirs.host;
  return mine.host.some((name) => theirs.host?.includes(name));
}

function matcherOf({ text }: RouteFile): Matcher {
  const { match = [] } = JSON.parse(text) as { match?: readonly Matcher[] };
  return match[0] ?? {};
}
