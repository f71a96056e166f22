import type { Engine } from './engine.ts';
import { demand, engineCall } from './images.ts';

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

interface Wanted {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  /** Ports of the container, and where the host publishes them. */
  readonly ports?: Readonly<Record<number, number>>;
  /** The name of one that is attachable; the default bridge unless told otherwise. */
  readonly network?: string;
}

/** Starts a container; answers its id. The test removes it. */
export async function startContainer({ socket }: Socket, wanted: Wanted): Promise<string> {
  const { image, command, env = [], ports = {}, network = 'bridge' } = wanted;
  const pairs = Object.entries(ports).map(([port, HostPort]) => [`${port}/tcp`, [{ HostPort: `${HostPort}` }]]);
  const host = { Init: true, NetworkMode: network, PortBindings: Object.fromEntries(pairs) };
  const ExposedPorts = Object.fromEntries(pairs.map(([port]) => [port, {}]));
  const config = { Image: image, Env: env, Tty: true, HostConfig: host, ExposedPorts };
  const whole = command === undefined ? config : { ...config, Cmd: command };
  const { Id } = (await demand(socket, 'POST', '/containers/create', whole)) as { Id: string };
  await demand(socket, 'POST', `/containers/${Id}/start`);
  return Id;
}

/** What a container prints, run to its end and removed. */
export async function runContainer({ socket }: Socket, wanted: Wanted): Promise<string> {
  const id = await startContainer({ socket }, wanted);
  await demand(socket, 'POST', `/containers/${id}/wait`);
  const said = await demand(socket, 'GET', `/containers/${id}/logs?stdout=1&stderr=1`);
  await removeContainer({ socket }, id);
  return String(said).trim();
}

export async function removeContainer({ socket }: Socket, id: string): Promise<void> {
  await demand(socket, 'DELETE', `/containers/${id}?force=1&v=1`);
}

type Socket = Pick<Engine, 'socket'>;
