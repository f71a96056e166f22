import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverContext, JobRequest, Target } from '../../core/driver.ts';
import { targetName } from './inspection.ts';
import { type TargetName, targetJobs } from './layout.ts';
import { endGroup, findByEnvironment } from './process-identity.ts';

/** By this variable the processes of a command are found again; it holds the folder. */
export const JOB_VARIABLE = 'DEPLOYER_JOB';
/** Whoever started a one-off command has read its end by then, or is gone; ms. */
const READ_BY_THEN = 60_000;
const STOP_GRACE = 5_000;

/** A command's folder. What lies in it says how far the command has come, whoever asks. */
export interface JobFolder {
  readonly path: string;
  /** The artifact. */
  readonly files: string;
  readonly stdout: string;
  readonly stderr: string;
  /** There from the command's first instant on. */
  readonly started: string;
  /** There from its end on: its exit code. */
  readonly exit: string;
}

/** The same for every attempt of one operation. */
export function jobFolder(target: Target, { kind }: Pick<JobRequest, 'kind'>, context: DriverContext): JobFolder {
  const key = createHash('sha256').update(context.idempotencyKey).digest('hex').slice(0, 16);
  return folderAt(join(targetJobs(context.folder, targetName(target)), `${kind}-${key}`));
}

/** The exit code, once the command has ended by itself. */
export function exitOf({ exit }: JobFolder): number | undefined {
  try {
    return Number(readFileSync(exit, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The leader of the command's processes, when it runs. */
export function leaderOf({ path }: JobFolder): number | undefined {
  return findByEnvironment(JOB_VARIABLE, path);
}

export async function removeJob(job: JobFolder, leader = leaderOf(job)): Promise<void> {
  if (leader !== undefined) await endGroup(leader, 'SIGTERM', STOP_GRACE);
  await rm(job.path, { recursive: true, force: true });
}

/**
 * Removes commands of a target: `release` ones, running or not, since whoever holds the environment's lock knows that
 * nobody waits for them; `ended` one-off ones that nobody reads any more; or all there are. `but` stays.
 */
export async function removeJobs(
  target: TargetName,
  { folder, clock }: Pick<DriverContext, 'folder' | 'clock'>,
  { of, but }: { readonly of: 'release' | 'ended' | 'all'; readonly but?: JobFolder },
): Promise<void> {
  const place = targetJobs(folder, target);
  if (!existsSync(place)) return;
  const jobs = readdirSync(place).map((name) => folderAt(join(place, name)));
  const wanted = jobs.filter(({ path }) => path !== but?.path).filter((job) => of === 'all' || isLeft(job, of));
  for (const job of wanted) await removeJob(job);
  if (of === 'all') await rm(place, { recursive: true, force: true });

  function isLeft(job: JobFolder, kind: 'release' | 'ended'): boolean {
    if (job.path.startsWith(join(place, 'release-'))) return kind === 'release';
    const ended = statSync(job.exit, { throwIfNoEntry: false });
    return kind === 'ended' && ended !== undefined && clock.now() - ended.mtimeMs > READ_BY_THEN;
  }
}

function folderAt(path: string): JobFolder {
  const at = (name: string) => join(path, name);
  return {
    path,
    files: at('files'),
    stdout: at('stdout.log'),
    stderr: at('stderr.log'),
    started: at('started'),
    exit: at('exit'),
  };
}
