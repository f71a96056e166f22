import type { Engine } from './engine.ts';
import { engineCall } from './images.ts';

/** Containers, networks and volumes that have a text in their names. */
export async function thingsOf({ socket }: Engine, text: string): Promise<readonly string[]> {
  const [containers, networks, volumes] = await Promise.all(
    ['/containers/json?all=1', '/networks', '/volumes'].map(
      async (path) => (await engineCall(socket, 'GET', path)).body,
    ),
  );
  const { Volumes } = volumes as { Volumes: { Name: string }[] | null };
  const all = [
    ...(containers as { Names: string[] }[]).map(({ Names }) => `container ${Names[0]?.slice(1)}`),
    ...(networks as { Name: string }[]).map(({ Name }) => `network ${Name}`),
    ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ];
  return all.filter((thing) => thing.includes(text)).sort();
}

/** Whatever a failed test has left of a project, and its images. */
export async function removeThings(engine: Engine, name: string): Promise<void> {
  for (const [kind, thing] of (await thingsOf(engine, name)).map((one) => one.split(' ')))
    await engineCall(engine.socket, 'DELETE', `/${kind}s/${thing}${kind === 'container' ? '?force=1&v=1' : ''}`);
  const filters = encodeURIComponent(JSON.stringify({ label: [`deployer.project=${name}`] }));
  const { body } = await engineCall(engine.socket, 'GET', `/images/json?filters=${filters}`);
  for (const { Id } of body as { Id: string }[]) await engineCall(engine.socket, 'DELETE', `/images/${Id}?force=1`);
}
