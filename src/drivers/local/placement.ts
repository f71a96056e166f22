import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DriverContext, Placed, PlaceRequest, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import { revealAll } from '../../core/secret.ts';
import { callGateway } from './client.ts';
import { targetName } from './inspection.ts';
import { releaseFolder } from './layout.ts';
import { readOptions } from './options.ts';
import type { Calls, Method, ReleaseKind, ReleaseSpec, ReleaseView } from './protocol.ts';
import { provisionTarget } from './provision.ts';
import { waitUntilReady } from './readiness.ts';

/** How long a release that did not become ready may take to end, also when the run was cancelled. */
const DISCARD_LIMIT = 30_000;

/** Places a release beside those that run, and waits until it is healthy; it has no traffic yet. */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const { url } = await provisionTarget(target, context);
  const placement = {
    ...targetName(target),
    release: releaseSpec(target, request, context),
    variables: revealAll(request.variables),
  };
  await copyArtifact(target, request, placement.release.id, context);
  const started = await call(context, 'place', placement);
  return placed(await makeReady(target, started, placement.variables, context), url);
}

/** The same for every attempt of one operation; another for the next one, even of the same version. */
export function releaseId(versionId: string, idempotencyKey: string): string {
  return `${versionId}-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 10)}`;
}

function releaseSpec(target: Target, { version_id, artifact }: PlaceRequest, context: DriverContext): ReleaseSpec {
  const { start, options } = target.service;
  const { spa, immutable, routes, stop_signal, stop_timeout, drain_timeout } = readOptions(options);
  return {
    id: releaseId(version_id, context.idempotencyKey),
    version_id,
    digest: artifact.digest,
    kind: kindOf(target),
    immutable,
    routes,
    stop_signal,
    stop_timeout,
    drain_timeout,
    ...(start === undefined ? {} : { start }),
    ...(spa === undefined ? {} : { spa }),
  };
}

export function kindOf({ service }: Target): ReleaseKind {
  if (service.start === undefined) return 'static';
  return readOptions(service.options).worker ? 'worker' : 'process';
}

/** Under a name of its own until it is whole, so that a copy that was cut off is never taken for one. */
async function copyArtifact(
  target: Target,
  { artifact }: PlaceRequest,
  id: string,
  { artifacts, folder }: DriverContext,
): Promise<void> {
  const place = releaseFolder(folder, targetName(target), id);
  const fresh = `${place}.new`;
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await rm(fresh, { recursive: true, force: true });
  await artifacts.copyTo(artifact.digest, fresh);
  await chmod(fresh, 0o700);
  await rename(fresh, place).catch((error) => keepExisting(error, fresh));
}

/** An earlier attempt got that far, and its process may be running there. */
async function keepExisting(error: NodeJS.ErrnoException, fresh: string): Promise<void> {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  await rm(fresh, { recursive: true, force: true });
}

/** A release that does not become ready is taken away again, whatever the reason. */
async function makeReady(
  target: Target,
  release: ReleaseView,
  variables: Readonly<Record<string, string>>,
  context: DriverContext,
): Promise<ReleaseView> {
  if (release.state === 'running') return release;
  try {
    await waitUntilReady({ target, release, variables, context });
    return await call(context, 'ready', { ...targetName(target), id: release.id });
  } catch (error) {
    await discard(target, release.id, context);
    throw error;
  }
}

async function discard(target: Target, id: string, { folder }: DriverContext): Promise<void> {
  const params = { ...targetName(target), id, drain: 'at_once' } as const;
  await callGateway({ folder, method: 'retire', params, timeout: DISCARD_LIMIT }).catch((error) => {
    if (!(error instanceof DeployerError)) throw error;
  });
}

function placed({ id, internal_url }: ReleaseView, url: string | undefined): Placed {
  return { ref: id, ...(url ? { url } : {}), ...(internal_url ? { internal_url } : {}) };
}

function call<M extends Method>(
  { folder, signal, timeout }: DriverContext,
  method: M,
  params: Calls[M]['params'],
): Promise<Calls[M]['result']> {
  return callGateway({ folder, method, params, signal, timeout });
}
