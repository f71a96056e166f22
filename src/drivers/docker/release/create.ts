import type { HealthCheck } from '../../../core/config.ts';
import { digestValue } from '../../../core/digest.ts';
import type { PlaceRequest, Target } from '../../../core/driver.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { healthTiming } from '../../image/engine/container.ts';
import type { Host } from '../host.ts';
import { aliasOf, LABEL, targetLabels, volumeName } from '../names.ts';
import type { DockerOptions } from '../options.ts';
import { type Publication, readPublication, readVolume, type Volume } from '../standing-options.ts';
import { environment } from './variables.ts';

/** A check that hangs is a failed one; ns. */
const CHECK_LIMIT = 5_000_000_000;

export const LOGS = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } } as const;

/** What the engine of a host says of an image, as far as it matters for containers of it. */
export interface ImageHealth {
  readonly Config: {
    readonly Healthcheck?: { readonly Test: readonly string[] | null } | null;
    readonly Env?: readonly string[] | null;
  };
}

/**
 * A container of a release. It is not started again when it ends until it has passed its gate: one that crashes would
 * look alive. Values of variables are in this body and nowhere else.
 */
export function containerBody(
  host: Host,
  target: Target,
  request: PlaceRequest,
  { release, replica, image }: { readonly release: string; readonly replica: number; readonly image: ImageHealth },
): JsonObject {
  const settings = settingsOf(host, target, request, image);
  return {
    ...settings,
    Env: environment(host, request),
    Labels: {
      ...targetLabels(target),
      [LABEL.role]: 'app',
      [LABEL.version]: request.version_id,
      [LABEL.release]: release,
      [LABEL.replica]: String(replica),
      [LABEL.port]: String(host.options.port),
      [LABEL.settings]: digestValue(settings),
    },
  };
}

/** What all containers of a release have in common, and another release of the same version may have otherwise. */
function settingsOf(host: Host, target: Target, { artifact }: PlaceRequest, image: ImageHealth): JsonObject {
  const { options } = host;
  const check = healthCheck(host, target, image);
  return {
    Image: artifact.digest,
    ...commandOf(target, options),
    ...(check ? { Healthcheck: check } : {}),
    StopTimeout: Math.ceil(options.stop_timeout / 1_000),
    ...standing(host, target),
  };
}

function commandOf({ service: { start } }: Target, { command }: DockerOptions): JsonObject {
  if (start !== undefined) return { Entrypoint: ['/bin/sh', '-c'], Cmd: [start] };
  return command === undefined ? {} : { Cmd: [...command] };
}

/** Where it is on its host: network, ports, volumes, limits. */
function standing(host: Host, target: Target): JsonObject {
  const { options, shared } = host;
  const ports = options.publish.map(readPublication);
  const alias = { EndpointsConfig: { [shared.network]: { Aliases: [aliasOf(target)] } } };
  return {
    ...(ports.length > 0 ? { ExposedPorts: Object.fromEntries(ports.map(({ port }) => [port, {}])) } : {}),
    HostConfig: {
      NetworkMode: shared.network,
      RestartPolicy: { Name: 'no' },
      Init: true,
      LogConfig: LOGS,
      ...memoryOf(host),
      ...(ports.length > 0 ? { PortBindings: bindingsOf(ports) } : {}),
      ...(options.volumes.length > 0
        ? { Binds: options.volumes.map((volume) => bindOf(target, readVolume(volume))) }
        : {}),
    },
    ...(options.overlap ? {} : { NetworkingConfig: alias }),
  };
}

function bindingsOf(ports: readonly Publication[]): JsonObject {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { port, address, hostPort } of ports)
    bindings[port] = [...(bindings[port] ?? []), { HostIp: address, HostPort: hostPort }];
  return bindings;
}

function bindOf(target: Target, { from, path, readOnly }: Volume): string {
  const source = from.kind === 'named' ? volumeName(target, from.name) : from.name;
  return `${source}:${path}${readOnly ? ':ro' : ''}`;
}

export function memoryOf({ options: { memory } }: Host): JsonObject {
  return memory === undefined ? {} : { Memory: memory, MemorySwap: memory };
}

/** A command of the service's own check, else that of its image; asked often until it has passed its gate. */
export function healthCheck({ engine }: Host, { service }: Target, image: ImageHealth): JsonObject | undefined {
  const test = checkCommandOf(service.health) ?? testOf(image);
  if (test === undefined) return undefined;
  const patience = service.health?.timeout ?? service.timeout;
  return { Test: test, Timeout: CHECK_LIMIT, ...healthTiming(engine, patience) };
}

function checkCommandOf(check: HealthCheck | undefined): Json | undefined {
  return check?.kind === 'command' ? ['CMD-SHELL', check.command] : undefined;
}

function testOf({ Config }: ImageHealth): Json | undefined {
  const test = Config.Healthcheck?.Test ?? [];
  return test.length > 0 && test[0] !== 'NONE' ? [...test] : undefined;
}
