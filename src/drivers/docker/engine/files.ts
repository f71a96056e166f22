import { type ReadMember, readTar, type TarMember, tarOf } from '../../tar.ts';
import type { Engine } from './client.ts';

/**
 * Everything in a folder of a container, running or not, with paths below it; `undefined` when there is no such container
 * or folder. For small folders that we wrote ourselves.
 */
export async function readFolder(
  engine: Engine,
  container: string,
  folder: string,
): Promise<readonly ReadMember[] | undefined> {
  const request = { doing: `read ${folder} of ${container}`, query: { path: folder }, accept: [404] };
  const { status, body } = await engine.bytes('GET', `/containers/${container}/archive`, request);
  if (status === 404) return undefined;
  return readTar(body).flatMap(({ path, ...member }) => {
    const inner = path.split('/').slice(1).join('/');
    return inner === '' ? [] : [{ path: inner, ...member }];
  });
}

/** Writes into a folder of a container. What is there under other names stays. */
export async function writeFolder(
  engine: Engine,
  container: string,
  folder: string,
  members: readonly TarMember[],
): Promise<void> {
  const request = { doing: `write to ${folder} of ${container}`, query: { path: folder }, tar: await tarOf(members) };
  await engine.call('PUT', `/containers/${container}/archive`, request);
}
