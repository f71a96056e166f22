import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { KeptLock, LockPlace } from '../../core/lock-place.ts';
import { type Engine, openEngine } from '../image/engine/client.ts';
import { findContainer, removeContainer } from '../image/engine/container.ts';
import { type Endpoint, findEndpoint } from '../image/engine/endpoint.ts';
import { readTar, tarOf, textMember } from '../tar.ts';
import { leftHosts } from './host.ts';
import { LABEL, labelFilter, lockName } from './names.ts';
import { readOptions } from './options.ts';

/** Holds nothing. Made where it is missing, since a container has to be of some image. */
const IMAGE = 'deployer/lock';
const BEAT = 'beat';
/** A look must not keep a step waiting behind the streams of others, ms. */
const LOOK_LIMIT = 2_000;
/** Others may take the image away just when it was made. */
const TRIES = 3;

/** One for each engine of the targets: a container that is never started, since the engine gives out a name once. */
export async function lockPlaces(targets: readonly Target[], context: DriverContext): Promise<readonly LockPlace[]> {
  const places = new Map<string, LockPlace>();
  for (const target of targets)
    for (const wanted of enginesOf(target)) {
      const endpoint = await findEndpoint(wanted, context.settings).catch(() => undefined);
      if (!endpoint) continue;
      const known = places.get(endpoint.text)?.services ?? [];
      const services = [...new Set([...known, target.service.name])];
      places.set(endpoint.text, lockPlace({ endpoint, wanted, target, services, context }));
    }
  return [...places.values()];
}

/** Those of an earlier config too, where containers are still to be removed. What cannot be found is for others to tell. */
function enginesOf(target: Target): readonly (string | undefined)[] {
  const engines = readOptions(target.service.options).hosts.map(({ engine }) => engine);
  const left = leftHosts(target, engines).map(({ engine }) => engine);
  return [...(engines.length > 0 ? engines : [undefined]), ...left];
}

interface Seat {
  readonly endpoint: Endpoint;
  readonly wanted: string | undefined;
  readonly target: Target;
  readonly services: readonly string[];
  readonly context: DriverContext;
}

function lockPlace({ endpoint, wanted, target, services, context }: Seat): LockPlace {
  let opened: Promise<Engine> | undefined;
  const open = () => {
    opened ??= openEngine(wanted, context).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    name: endpoint.text,
    services,
    create: async (text) => createLock(await open(), target, text),
    read: async () => readLock(await open(), lockName(target)),
    has: async (token) => hasLock(await open(), token),
    beat: async (token, beat) => writeBeat(await open(), token, beat),
    remove: async (token) => removeLock(await open(), token),
  };
}

async function createLock(engine: Engine, target: Target, text: string): Promise<string | undefined> {
  const name = lockName(target);
  const request = { doing: `create the container ${name}`, query: { name }, body: lockBody(target, text) };
  for (let tries = 1; ; tries++) {
    const accept = tries < TRIES ? [404, 409] : [409];
    const answer = await engine.call<{ Id: string }>('POST', '/containers/create', { ...request, accept });
    if (answer.status === 409) return undefined;
    if (answer.status !== 404) return answer.body.Id;
    await makeImage(engine);
  }
}

function lockBody({ project, environment }: Target, text: string) {
  return {
    Image: IMAGE,
    Cmd: ['never-started'],
    Labels: {
      [LABEL.managed]: '1',
      [LABEL.project]: project,
      [LABEL.environment]: environment,
      [LABEL.role]: 'lock',
      [LABEL.lock]: text.trim(),
    },
    HostConfig: { NetworkMode: 'none' },
  };
}

async function makeImage(engine: Engine): Promise<void> {
  const query = { fromSrc: '-', repo: IMAGE, tag: 'latest', changes: `LABEL ${LABEL.managed}=1` };
  const request = { doing: `make the image ${IMAGE}`, query, tar: await tarOf([]) };
  for await (const _ of engine.lines('POST', '/images/create', request));
}

async function readLock(engine: Engine, name: string): Promise<KeptLock | undefined> {
  const found = await findContainer(engine, name);
  if (!found) return undefined;
  const text = found.Config.Labels?.[LABEL.lock];
  if (text === undefined) throw foreign(engine, name);
  return { token: found.Id, text, beat: await readBeat(engine, found.Id) };
}

async function hasLock(engine: Engine, id: string): Promise<boolean> {
  const request = { doing: 'look at a lock', accept: [404], timeout: LOOK_LIMIT };
  return (await engine.call('GET', `/containers/${id}/json`, request)).status !== 404;
}

/** Labels cannot be changed, files can: also in a container that never ran. */
async function readBeat(engine: Engine, id: string): Promise<number> {
  const request = { doing: 'read a lock', query: { path: `/${BEAT}` }, accept: [404] };
  const { status, body } = await engine.bytes('GET', `/containers/${id}/archive`, request);
  return status === 404 ? 0 : Number(readTar(body)[0]?.text ?? 0);
}

async function writeBeat(engine: Engine, id: string, beat: number): Promise<boolean> {
  const tar = await tarOf([textMember(BEAT, String(beat))]);
  const request = { doing: 'renew a lock', query: { path: '/' }, tar, accept: [404] };
  return (await engine.call('PUT', `/containers/${id}/archive`, request)).status !== 404;
}

async function removeLock(engine: Engine, id: string): Promise<void> {
  await removeContainer(engine, id);
  await removeImage(engine).catch(() => undefined);
}

/** With the last container of ours. What is in use is kept by the engine. */
async function removeImage(engine: Engine): Promise<void> {
  const query = { all: 1, limit: 1, filters: labelFilter({ [LABEL.managed]: '1' }) };
  const { body } = await engine.call<unknown[]>('GET', '/containers/json', { doing: 'list containers', query });
  if (body.length > 0) return;
  await engine.call('DELETE', `/images/${IMAGE}`, { doing: `remove the image ${IMAGE}`, accept: [404, 409] });
}

function foreign({ endpoint }: Engine, name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'lock',
    reason: `The container ${name} at ${endpoint.text} exists and is no lock of deployer`,
    fix: 'Rename or remove it',
  });
}
