import type { DriverContext, Target } from '../../../core/driver.ts';
import type { Engine } from '../engine/client.ts';
import { findContainer, listContainers, removeContainer, stopContainer } from '../engine/container.ts';
import { execute } from '../engine/exec.ts';
import { type Host, openHost } from '../host.ts';
import { LABEL, labelFilter, targetLabels } from '../names.ts';
import { removeRoute } from '../proxy/routes.ts';

/** Images of a service that are kept beside those in use, for versions that may be placed again. */
const KEPT_IMAGES = 10;

/**
 * Removes what a target has on its host: containers, route and slots; its images when no environment uses them any more;
 * and with the last route of all, the proxy. What does not carry our labels is never touched.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const host = await openHost(target, context);
  const { engine, shared, options } = host;
  const proxy = await findContainer(engine, shared.proxy);
  const running = proxy?.State.Running === true;
  const left = running ? await removeRoute(host, target) : undefined;
  const containers = await listContainers(engine, targetLabels(target));
  await Promise.all(
    containers.map(async ({ Id }) => {
      await stopContainer(engine, Id, options.stop_timeout);
      await removeContainer(engine, Id);
    }),
  );
  await removeImages(engine, target, (await neighbours(engine, target)) > 0 ? KEPT_IMAGES : 0);
  if (left === 0) await removeProxy(host);
}

/** Containers of the same service in other environments. */
async function neighbours(engine: Engine, { project, service }: Target): Promise<number> {
  const labels = { [LABEL.project]: project, [LABEL.service]: service.name };
  return (await listContainers(engine, labels)).length;
}

/** The oldest go first; the engine itself keeps those that a container is made from. */
export async function removeImages(engine: Engine, { project, service }: Target, keep: number): Promise<void> {
  const filters = labelFilter({ [LABEL.project]: project, [LABEL.service]: service.name });
  const request = { doing: 'list images', query: { filters } };
  const { body } = await engine.call<{ Id: string; Created: number; RepoTags: string[] | null }[]>(
    'GET',
    '/images/json',
    request,
  );
  const old = [...body].sort((one, other) => other.Created - one.Created).slice(keep);
  for (const { Id, RepoTags } of old)
    for (const name of RepoTags ?? [Id])
      await engine.call('DELETE', `/images/${name}`, { doing: `remove the image ${name}`, accept: [404, 409] });
}

/** Its certificates stay: authorities give out only so many. */
async function removeProxy({ engine, shared }: Host): Promise<void> {
  const certificates = ['sh', '-c', 'ls /data/caddy/certificates/*'];
  const { exitCode } = await execute(engine, shared.proxy, certificates);
  await removeContainer(engine, shared.proxy);
  for (const volume of exitCode === 0 ? [shared.config] : [shared.config, shared.data])
    await engine.call('DELETE', `/volumes/${volume}`, { doing: `remove the volume ${volume}`, accept: [404, 409] });
  const doing = `remove the network ${shared.network}`;
  await engine.call('DELETE', `/networks/${shared.network}`, { doing, accept: [403, 404, 409] });
}
