import type { DriverContext, Examined, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { list } from '../../core/text.ts';
import type { Engine } from '../image/engine/client.ts';
import { findContainer } from '../image/engine/container.ts';
import { execute } from '../image/engine/exec.ts';
import { registryFailure } from '../image/registry/failure.ts';
import type { Registry } from '../image/registry/push.ts';
import { type Host, openReachable } from './host.ts';
import { isClustered, readOptions } from './options.ts';
import { caddyVersion } from './proxy/container.ts';
import { openRegistry } from './registry/registry.ts';

const GIB = 1024 ** 3;
/** Images and logs fill a disk; below this or a tenth of it the next deploy may be the one that fails. */
const LEAST_DISK = 2 * GIB;
const NAMES_LIMIT = 5_000;

/** How the hosts are: engine, disk, memory, proxy; whether they can log in to the registry; where the names lead to. */
export async function examineTarget(target: Target, context: DriverContext): Promise<Examined> {
  const { hosts } = await openReachable(target, context);
  const parts = await Promise.all([
    ...hosts.map((host) => examineHost(host, target).catch((error: unknown) => notExamined(host, error))),
    examineRegistry(hosts, target, context),
    examineNames(hosts, target, context),
  ]);
  return {
    checks: parts.flatMap(({ checks }) => checks),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

async function examineHost(host: Host, target: Target): Promise<Examined> {
  const { engine, shared } = host;
  const { body } = await engine.call<{ ServerVersion: string; MemTotal: number }>('GET', '/info', {
    doing: 'describe itself',
  });
  const proxy = await findContainer(engine, shared.proxy);
  const inside = proxy?.State.Running ? await lookInside(engine, shared.proxy) : undefined;
  const words = [
    `Docker ${body.ServerVersion}`,
    ...(inside ? [`Caddy ${inside.caddy.text}`, ...roomOf(inside)] : [`${gib(body.MemTotal)} memory`]),
    ...(proxy ? [] : ['no proxy yet']),
  ];
  const findings = [
    ...(proxy && !inside ? [stoppedProxy(host)] : []),
    ...(inside ? insideFindings(host, target, inside) : []),
  ];
  const result = `${findings.length === 0 ? 'ok' : 'needs a look'}: ${words.join(', ')}`;
  return { checks: [{ name: host.name, result }], findings };
}

/** One that fails keeps nobody from hearing of the others. */
function notExamined(host: Host, error: unknown): Examined {
  if (!(error instanceof DeployerError)) throw error;
  const { code, reason, fix } = error.failure;
  const message = `${host.name}: ${reason}`;
  return {
    checks: [{ name: host.name, result: 'could not be looked at' }],
    findings: [{ level: 'error', code, message, ...(fix ? { fix } : {}) }],
  };
}

/** What the proxy sees: its volumes lie where the engine keeps everything, and memory is that of the host. */
interface Inside {
  readonly caddy: ReturnType<typeof caddyVersion>;
  /** Bytes, as far as the host tells them. */
  readonly disk?: { readonly size: number; readonly free: number };
  readonly memory?: number;
}

const LOOK = 'caddy version; df -Pk /config | tail -n 1; grep MemAvailable: /proc/meminfo';

async function lookInside(engine: Engine, proxy: string): Promise<Inside> {
  const { output } = await execute(engine, proxy, ['sh', '-c', LOOK]);
  const { stdout } = await output();
  const said = stdout.join('\n');
  const [, size, free] = / (\d+) +\d+ +(\d+) +\d+% /.exec(said) ?? [];
  const [, memory] = /MemAvailable: +(\d+) kB/.exec(said) ?? [];
  return {
    caddy: caddyVersion(stdout[0] ?? ''),
    ...(size && free ? { disk: { size: Number(size) * 1024, free: Number(free) * 1024 } } : {}),
    ...(memory ? { memory: Number(memory) * 1024 } : {}),
  };
}

function roomOf({ disk, memory }: Inside): readonly string[] {
  return [
    ...(disk ? [`${gib(disk.free)} of ${gib(disk.size)} disk free`] : []),
    ...(memory === undefined ? [] : [`${gib(memory)} memory free`]),
  ];
}

function insideFindings(host: Host, { service }: Target, { caddy, disk, memory }: Inside): readonly Finding[] {
  const { memory: limit = 0, replicas, overlap } = host.options;
  const path = `services.${service.name}.docker`;
  const scarce = disk && (disk.free < LEAST_DISK || disk.free < disk.size / 10);
  return [
    ...(caddy.old
      ? [
          warning('UNSUPPORTED', `${host.name}: the proxy has Caddy ${caddy.text}; 2.11.2 is the least`, {
            fix: `Name a newer docker.proxy.image and remove the container ${host.shared.proxy}; a deploy makes it again`,
          }),
        ]
      : []),
    ...(scarce
      ? [
          warning('IO_FAILED', `${host.name}: of ${gib(disk.size)} disk only ${gib(disk.free)} are free`, {
            fix: 'Make room where the engine keeps images: docker system df',
          }),
        ]
      : []),
    ...(memory !== undefined && overlap && !isClustered(host.options) && limit * replicas > memory
      ? [
          warning(
            'UNSUPPORTED',
            `${host.name}: another ${replicas} × ${gib(limit)} do not fit into ${gib(memory)} of memory`,
            {
              path: `${path}.memory`,
              fix: 'A deploy runs the old and the new release beside each other: lower memory or replicas, or use a larger host',
            },
          ),
        ]
      : []),
  ];
}

function stoppedProxy({ name, shared }: Host): Finding {
  const fix = `Start it: docker start ${shared.proxy}; the next deploy does too`;
  return warning('DRIFT', `${name}: the proxy ${shared.proxy} does not run`, { fix });
}

async function examineRegistry(hosts: readonly Host[], target: Target, context: DriverContext): Promise<Examined> {
  const registry = await openRegistry(target, context).catch(withoutPassword);
  if (!registry) return { checks: [], findings: [] };
  if (!registry.login) return { checks: [{ name: registry.host, result: 'no account' }], findings: [] };
  const failures = (await Promise.all(hosts.map((host) => logIn(host, registry)))).flat();
  const findings = failures.map(
    ({ failure: { code, reason, fix } }): Finding => ({
      level: 'error',
      code,
      message: reason,
      ...(fix ? { fix } : {}),
    }),
  );
  const result = findings.length === 0 ? `ok: ${registry.login.username ?? 'a token'} can log in` : 'refused';
  return { checks: [{ name: registry.host, result }], findings };
}

/** A finding of its own says that it cannot be read. */
function withoutPassword(error: unknown): undefined {
  if (!(error instanceof DeployerError) || error.code !== 'MISSING_ENV') throw error;
  return undefined;
}

async function logIn({ engine }: Host, registry: Registry): Promise<readonly DeployerError[]> {
  const { login, host } = registry;
  try {
    await engine.call('POST', '/auth', { doing: `log in to ${host}`, body: { ...login } });
    return [];
  } catch (error) {
    const failure = registryFailure(registry, error);
    if (failure instanceof DeployerError) return [failure];
    throw failure;
  }
}

/** Behind a load balancer they lead elsewhere, so it is no more than a warning. */
async function examineNames(hosts: readonly Host[], target: Target, context: DriverContext): Promise<Examined> {
  const { host_names, worker } = readOptions(target.service.options);
  const own = (await Promise.all(hosts.map((host) => addressesOf(host.address, context)))).flat();
  const names = worker ? [] : host_names.filter((name) => !name.startsWith('*'));
  const found = await Promise.all(names.map(async (name) => ({ name, leads: await addressesOf(name, context) })));
  const findings = found.flatMap(({ name, leads }) => nameFinding(target, { name, leads, own }));
  const checks = found.map(({ name, leads }) => ({ name, result: leads.length > 0 ? `at ${list(leads)}` : 'nowhere' }));
  return { checks, findings };
}

function addressesOf(name: string, { names }: DriverContext): Promise<readonly string[]> {
  return names.addressesOf(name, NAMES_LIMIT);
}

interface Led {
  readonly name: string;
  readonly leads: readonly string[];
  readonly own: readonly string[];
}

/** The address of an engine on this machine is not the one that others know it by. */
function nameFinding({ service }: Target, { name, leads, own }: Led): readonly Finding[] {
  const path = `services.${service.name}.docker.host_names`;
  if (leads.length === 0)
    return [warning('NOT_FOUND', `${name} leads nowhere`, { path, fix: 'Give it the address of a host at its DNS' })];
  const known = own.filter((address) => !/^127\.|^::1$/.test(address));
  if (known.length === 0 || leads.some((address) => known.includes(address))) return [];
  const message = `${name} leads to ${list(leads)}, and the hosts are at ${list(known)}`;
  return [warning('NOT_FOUND', message, { path, fix: 'Correct it at its DNS, if no load balancer is there' })];
}

function warning(
  code: Finding['code'],
  message: string,
  rest: { readonly path?: string; readonly fix: string },
): Finding {
  return { level: 'warning', code, message, ...rest };
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(bytes < 10 * GIB ? 1 : 0)} GiB`;
}
