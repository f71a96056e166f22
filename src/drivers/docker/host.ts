import type { DriverContext, Target } from '../../core/driver.ts';
import { type Engine, openEngine } from './engine/client.ts';
import { type DockerOptions, readOptions } from './options.ts';

/** One machine with an engine, as a target uses it. */
export interface Host {
  readonly engine: Engine;
  readonly options: DockerOptions;
  /** Where its published ports answer. */
  readonly address: string;
  /** Names of what the host has once, for all projects. */
  readonly shared: { readonly network: string; readonly proxy: string; readonly config: string; readonly data: string };
}

export async function openHost({ service }: Pick<Target, 'service'>, context: DriverContext): Promise<Host> {
  const options = readOptions(service.options);
  const [wanted] = options.hosts;
  const engine = await openEngine(wanted?.engine, context);
  const { name } = options.proxy;
  return {
    engine,
    options,
    address: wanted?.address ?? addressOf(engine.endpoint.text),
    shared: { network: name, proxy: `${name}-proxy`, config: `${name}-proxy-config`, data: `${name}-proxy-data` },
  };
}

/** The same with time of its own, for what has to be done although the call was cancelled or is late. */
export function openHostAnyway(target: Pick<Target, 'service'>, context: DriverContext, limit: number): Promise<Host> {
  return openHost(target, { ...context, signal: AbortSignal.timeout(limit), timeout: limit });
}

/** Where users reach the service; none for one that has no port or only names with a wildcard. */
export function urlOf({ options, address }: Host): string | undefined {
  const { worker, host_names, tls, path_prefix, proxy } = options;
  const name = host_names.length === 0 ? address : host_names.find((one) => !one.startsWith('*'));
  if (worker || name === undefined) return undefined;
  const [scheme, port, usual] = tls === 'automatic' ? ['https', proxy.https_port, 443] : ['http', proxy.http_port, 80];
  const host = name.includes(':') ? `[${name}]` : name;
  return `${scheme}://${host}${port === usual ? '' : `:${port}`}${path_prefix === '/' ? '' : path_prefix}`;
}

function addressOf(endpoint: string): string {
  if (endpoint.startsWith('unix:')) return '127.0.0.1';
  return new URL(endpoint.replace(/^(?:tcp|ssh):/, 'http:')).hostname.replace(/^\[|\]$/g, '');
}
