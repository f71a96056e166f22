import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import { type Engine, openEngine } from '../image/engine/client.ts';
import { type DockerOptions, type HostOption, readOptions } from './options.ts';

/** One machine with an engine, as a target uses it. */
export interface Host {
  /** As the config calls its engine, for people. */
  readonly name: string;
  readonly engine: Engine;
  readonly options: DockerOptions;
  /** Where its published ports answer. */
  readonly address: string;
  /** Names of what the host has once, for all projects. */
  readonly shared: { readonly network: string; readonly proxy: string; readonly config: string; readonly data: string };
}

/** A host that did not answer, and why. */
export interface Unreachable {
  readonly name: string;
  readonly error: DeployerError;
}

/** All hosts of a service, in the order of the config; one that does not answer is a failure. */
export async function openHosts(target: Pick<Target, 'service'>, context: DriverContext): Promise<Hosts> {
  const options = readOptions(target.service.options);
  const [first, ...others] = await Promise.all(
    wantedHosts(options).map((wanted) => openHost(options, wanted, context)),
  );
  if (!first) throw new Error('a service has at least one host');
  return [first, ...others];
}

/** At least one. */
export type Hosts = readonly [Host, ...Host[]];

/** The host where what is done once for a service is done. */
export async function openFirstHost(target: Pick<Target, 'service'>, context: DriverContext): Promise<Host> {
  const options = readOptions(target.service.options);
  return openHost(options, wantedHosts(options)[0], context);
}

/** For the first answer of a host that may be gone, ms. */
const PATIENCE = 10_000;

/**
 * Hosts that answer, and those that do not; others than of the config when `wanted` names them. One that keeps silent is
 * given up while there is time left for the others.
 */
export async function openReachable(
  target: Pick<Target, 'service'>,
  context: DriverContext,
  wanted?: readonly HostOption[],
): Promise<{ readonly hosts: readonly Host[]; readonly unreachable: readonly Unreachable[] }> {
  const options = readOptions(target.service.options);
  const open = async (one: HostOption | undefined) => within(await openHost(options, one, hasty(context)), context);
  const opened = await Promise.all(
    (wanted ?? wantedHosts(options)).map((one) => open(one).catch((error: unknown) => lost(one, error))),
  );
  return {
    hosts: opened.filter((one) => 'engine' in one),
    unreachable: opened.filter((one) => 'error' in one),
  };
}

/** For first answers: there has to be time left for what comes after them. */
export function hasty(context: DriverContext): DriverContext {
  return { ...context, timeout: Math.min(PATIENCE, Math.ceil(context.timeout / 2)) };
}

/** The same with time of its own, for what has to be done although the call was cancelled or is late. */
export function openReachableAnyway(target: Pick<Target, 'service'>, context: DriverContext, limit: number) {
  return openReachable(target, { ...context, signal: AbortSignal.timeout(limit), timeout: limit });
}

/** The same host, whose calls end by another signal. */
export function within(host: Host, context: DriverContext): Host {
  return { ...host, engine: host.engine.within(context) };
}

/** Hosts that an earlier config named, as provisioning noted them; `known` are those of now. */
export function leftHosts({ resource }: Pick<Target, 'resource'>, known: readonly string[]): readonly HostOption[] {
  const { engine: only, hosts } = (resource ?? {}) as {
    readonly engine?: string;
    readonly hosts?: readonly HostOption[];
  };
  // The first versions knew one engine.
  return (hosts ?? (only === undefined ? [] : [{ engine: only }])).filter(({ engine }) => !known.includes(engine));
}

/** As provisioning notes it. */
export function noteOf({ name, address }: Host): HostOption {
  return { engine: name, address };
}

/** Where users reach the service; none for one that has no port or only names with a wildcard. */
export function urlOf({ options, address }: Host): string | undefined {
  const { worker, host_names, tls, path_prefix, proxy } = options;
  const name = host_names.length === 0 ? address : host_names.find((one) => !one.startsWith('*'));
  if (worker || name === undefined) return undefined;
  const [scheme, port, usual] = tls === 'off' ? ['http', proxy.http_port, 80] : ['https', proxy.https_port, 443];
  const host = name.includes(':') ? `[${name}]` : name;
  return `${scheme}://${host}${port === usual ? '' : `:${port}`}${path_prefix === '/' ? '' : path_prefix}`;
}

function wantedHosts({ hosts }: DockerOptions): readonly (HostOption | undefined)[] {
  return hosts.length > 0 ? hosts : [undefined];
}

async function openHost(options: DockerOptions, wanted: HostOption | undefined, context: DriverContext): Promise<Host> {
  const engine = await openEngine(wanted?.engine, context);
  const { name } = options.proxy;
  return {
    name: wanted?.engine ?? engine.endpoint.text,
    engine,
    options,
    address: wanted?.address ?? addressOf(engine.endpoint.text),
    shared: { network: name, proxy: `${name}-proxy`, config: `${name}-proxy-config`, data: `${name}-proxy-data` },
  };
}

/** Our own end is no host's fault. */
function lost(wanted: HostOption | undefined, error: unknown): Unreachable {
  if (!(error instanceof DeployerError)) throw error;
  return { name: wanted?.engine ?? 'the engine', error };
}

function addressOf(endpoint: string): string {
  if (endpoint.startsWith('unix:')) return '127.0.0.1';
  return new URL(endpoint.replace(/^(?:tcp|ssh):/, 'http:')).hostname.replace(/^\[|\]$/g, '');
}
