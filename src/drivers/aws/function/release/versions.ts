import { hasCode } from '../../../../aws/failure.ts';
import { DeployerError } from '../../../../core/errors.ts';
import { printableLine } from '../../../../core/text.ts';
import type { Site } from '../site.ts';
import { type Label, readLabel } from './label.ts';

/** A published version that we made. */
export interface Release {
  /** Its number, as Lambda counts them. */
  readonly ref: string;
  readonly label: Label;
  readonly state: 'running' | 'starting' | 'failed';
  readonly at?: string;
  readonly detail?: string;
}

/** Between two looks, ms. */
const FIRST = 250;
const LONGEST = 3_000;

/** All published versions of ours, oldest first; none when the function is not there. */
export async function listReleases({ account, name }: Site): Promise<readonly Release[]> {
  const { listVersionsByFunction } = await account.aws.lambda();
  const releases: Release[] = [];
  let Marker: string | undefined;
  try {
    do {
      const page = await listVersionsByFunction({ FunctionName: name, ...(Marker ? { Marker } : {}) });
      releases.push(...(page.Versions ?? []).flatMap((one) => releaseOf(one) ?? []));
      Marker = page.NextMarker;
    } while (Marker);
    return releases;
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound')) return [];
    throw error;
  }
}

interface View {
  readonly Version?: string | undefined;
  readonly Description?: string | undefined;
  readonly State?: string | undefined;
  readonly StateReason?: string | undefined;
  readonly LastModified?: string | undefined;
}

function releaseOf({ Version, Description, State, StateReason, LastModified }: View): Release | undefined {
  const label = readLabel(Description);
  if (!label || Version === undefined || Version === '$LATEST') return undefined;
  const state = State === 'Failed' ? 'failed' : State === 'Pending' ? 'starting' : 'running';
  return {
    ref: Version,
    label,
    state,
    ...(LastModified ? { at: LastModified } : {}),
    ...(StateReason && state === 'failed' ? { detail: printableLine(StateReason).slice(0, 300) } : {}),
  };
}

/**
 * Waits until Lambda has done what it was told, to the function itself or to a version of it. `DEPLOY_FAILED` with its reason
 * when it could not; answers the configuration.
 */
export async function settled({ account, name, target, context }: Site, version?: string) {
  const { getFunctionConfiguration } = await account.aws.lambda();
  const deadline = context.clock.monotonic() + context.timeout;
  for (let wait = FIRST; ; wait = Math.min(wait * 1.5, LONGEST)) {
    const found = await getFunctionConfiguration({ FunctionName: name, ...(version ? { Qualifier: version } : {}) });
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = found;
    if (State === 'Failed' || LastUpdateStatus === 'Failed')
      throw notReady(target.service.name, LastUpdateStatusReason ?? StateReason);
    if (State !== 'Pending' && LastUpdateStatus !== 'InProgress') return found;
    if (context.clock.monotonic() + wait > deadline) throw late(target.service.name);
    await context.clock.sleep(wait, context.signal);
  }
}

function notReady(service: string, reason: string | undefined): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `Lambda could not make ${service} ready`,
    fix: 'See what it said, and deploy again',
    detail: reason ? [printableLine(reason).slice(0, 300)] : [],
  });
}

function late(service: string): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'deploy',
    reason: `Lambda did not get ${service} ready in time`,
    fix: `Raise services.${service}.timeout, and run the same command again`,
  });
}
