import type { PlaceRequest, Target } from '../../../core/driver.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Host } from '../host.ts';
import { containerName, LABEL, targetLabels } from '../names.ts';
import { healthCheck, type ImageHealth } from '../release/create.ts';
import { environment } from '../release/variables.ts';
import type { MadeSecret } from './secrets.ts';

/** ns */
const MILLISECOND = 1_000_000;

/** What is there already when a service is made. */
export interface Made {
  readonly release: string;
  readonly image: ImageHealth;
  /** By which nodes fetch it. */
  readonly reference: string;
  readonly secrets: readonly MadeSecret[];
}

/** A release is a service of its own, beside those that run: so it can be judged, and given a share, before it has users. */
export function serviceSpec(
  host: Host,
  target: Target,
  request: PlaceRequest,
  { release, image, reference, secrets }: Made,
): JsonObject & { readonly Name: string } {
  const { options, shared } = host;
  const { start } = target.service;
  const check = healthCheck(host, target, image);
  const labels = {
    ...targetLabels(target),
    [LABEL.role]: 'app',
    [LABEL.version]: request.version_id,
    [LABEL.release]: release,
    [LABEL.port]: String(options.port),
    [LABEL.replicas]: String(options.replicas),
  };
  return {
    Name: containerName(target, release),
    // Not on the containers of its tasks, which are the cluster's own.
    Labels: labels,
    TaskTemplate: {
      ContainerSpec: {
        Image: reference,
        Env: environment(host, request),
        ...(start === undefined ? {} : { Command: ['/bin/sh', '-c'], Args: [start] }),
        ...(check ? { Healthcheck: check } : {}),
        ...(secrets.length > 0 ? { Secrets: secrets.map(mounted) } : {}),
        Init: true,
        StopGracePeriod: options.stop_timeout * MILLISECOND,
      },
      ...(options.memory === undefined ? {} : { Resources: { Limits: { MemoryBytes: options.memory } } }),
      RestartPolicy: { Condition: 'any', Delay: 2_000 * MILLISECOND },
      Networks: [{ Target: shared.network }],
      LogDriver: { Name: 'json-file', Options: { 'max-size': '10m', 'max-file': '3' } },
    },
    Mode: { Replicated: { Replicas: options.replicas } },
    // What goes wrong when a release is put on its feet again stops there: the proxy has not moved anybody.
    UpdateConfig: { Parallelism: 0, Order: 'start-first', FailureAction: 'pause' },
    // Addresses of the replicas, instead of one that the kernel would have to spread.
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

/** Readable by whatever user the image runs as. */
function mounted({ id, name, variable }: MadeSecret): JsonObject {
  return { SecretID: id, SecretName: name, File: { Name: variable, UID: '0', GID: '0', Mode: 0o444 } };
}

/** By which the proxy finds all replicas of a service that run. */
export function tasksName(service: string): string {
  return `tasks.${service}`;
}
