import { posix } from 'node:path';
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

/** A link in a container. */
export interface Link {
  /** Absolute, with all links in it followed. */
  readonly target: string;
  /** Of the link itself: another one in its place has another. */
  readonly stamp: string;
}

/**
 * Where a link leads, without reading what is there: an engine starts a process to read, and answers this forty times as
 * fast. `undefined` when there is no such container or link.
 */
export async function linkAt(engine: Engine, container: string, path: string): Promise<Link | undefined> {
  const request = { doing: `look at ${path} of ${container}`, query: { path }, accept: [404] };
  const { headers } = await engine.call('HEAD', `/containers/${container}/archive`, request);
  const stat = headers['x-docker-container-path-stat'];
  if (stat === undefined) return undefined;
  const { linkTarget = '' } = JSON.parse(Buffer.from(stat, 'base64').toString('utf8')) as { linkTarget?: string };
  return linkTarget === '' ? undefined : { target: posix.resolve(posix.dirname(path), linkTarget), stamp: stat };
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
