import type { DriverContext, Provisioned, Target } from '../../core/driver.ts';
import type { Json } from '../../core/json.ts';
import { callGateway } from './client.ts';
import { targetName } from './inspection.ts';
import { readOptions } from './options.ts';

/** Makes sure that the gateway runs, and listens on the target's stable port. */
export async function provisionTarget(target: Target, context: DriverContext): Promise<Provisioned> {
  const { folder, signal, timeout } = context;
  const { host, port, keep_alive, worker } = readOptions(target.service.options);
  const remembered = rememberedPort(target.resource);
  const params = {
    ...targetName(target),
    project: target.project,
    host,
    keep_alive,
    worker,
    ...(port === undefined ? {} : { port }),
    ...(remembered === undefined ? {} : { remembered }),
  };
  const result = await callGateway({ folder, method: 'provision', params, signal, timeout });
  return {
    resource: { host, port: result.port ?? null },
    outcome: result.outcome,
    ...(result.url ? { url: result.url } : {}),
  };
}

function rememberedPort(resource: Json): number | undefined {
  const port = resource !== null && typeof resource === 'object' && 'port' in resource ? resource.port : undefined;
  return typeof port === 'number' ? port : undefined;
}
