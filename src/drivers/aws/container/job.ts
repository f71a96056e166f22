import type { DriverContext, JobEnd, JobRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import { daysAgo, LogFollower } from '../log-events.ts';
import { bringImage } from './images.ts';
import { logOf } from './logs.ts';
import { EXIT_TAG, ecsTags, namesOf, releaseOf } from './names.ts';
import { Pace } from './pace.ts';
import { openSite, type Site } from './places.ts';
import { capacityOf, networkOf } from './start.ts';
import { activeDefinitions, type Definition, describe, ensureDefinition, forget, streamOf } from './task-definition.ts';

/** How late lines of a command that failed are waited for, ms. */
const LATE_LINES = 3_000;
/** How long taking it all away may last once a run was called off, ms. */
const CLEAN_UP = 60_000;

/** Runs a command as a task of its own. How it ended is kept with its task definition: ECS forgets tasks in an hour. */
export async function runJob(target: Target, request: JobRequest, context: DriverContext): Promise<JobEnd> {
  const site = await openSite(target, context);
  const release = releaseOf(context.idempotencyKey);
  try {
    const definition = await define(site, request, release);
    const end = await runToEnd(site, release, definition);
    if (request.kind === 'once') await forget(site, definition);
    return end;
  } catch (error) {
    if (context.signal.aborted) await discard(target, release, context);
    throw error;
  }
}

async function define(site: Site, request: JobRequest, release: string): Promise<Definition> {
  const { jobs } = namesOf(site.target);
  // What is said here is the command's own.
  const image = await bringImage({ ...site, context: { ...site.context, log: () => {} } }, request.artifact);
  const { command } = request;
  const words = typeof command === 'string' ? (['/bin/sh', '-c', command] as const) : command;
  if (request.kind === 'release') await forgetJobs(site, release);
  return ensureDefinition(site, {
    request,
    release,
    image,
    family: jobs,
    stream: streamOf(jobs, release),
    words: [...words] as [string, ...string[]],
  });
}

async function runToEnd(site: Site, release: string, definition: Definition): Promise<JobEnd> {
  const log = logOf(site, namesOf(site.target).jobs, release);
  const follower = new LogFollower(log, definition.registered_at?.getTime() ?? daysAgo(log, 1));
  const tell = async () => {
    for (const { line } of await follower.next()) site.context.log(line, 'stdout');
  };
  const known = definition.tags[EXIT_TAG];
  if (known !== undefined) {
    await tell();
    return endOf(known);
  }
  const task = await startedTask(site, release, definition);
  const pace = new Pace();
  for (;;) {
    const seen = await look(site, task);
    await tell();
    if (seen.ended !== undefined) {
      if (seen.ended !== '0') await tellLast(site, tell);
      if (seen.why) site.context.log(seen.why, 'stderr');
      await remember(site, definition, seen.ended);
      return endOf(seen.ended);
    }
    await pace.wait(site.context);
  }
}

/** Lines come seconds after they were printed, and the last ones say why a command failed. */
async function tellLast({ context }: Site, tell: () => Promise<void>): Promise<void> {
  await context.clock.sleep(LATE_LINES, context.signal);
  await tell();
}

/** One that an earlier attempt started is found by what started it. */
async function startedTask(site: Site, release: string, { arn }: Definition): Promise<string> {
  const { account, places } = site;
  const ecs = await account.aws.ecs();
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const { taskArns: [task] = [] } = await ecs.listTasks({
      cluster: places.cluster,
      startedBy: release,
      desiredStatus,
    });
    if (task) return task;
  }
  const { tasks: [task] = [], failures: [failure] = [] } = await ecs.runTask({
    cluster: places.cluster,
    taskDefinition: arn,
    startedBy: release,
    clientToken: release,
    count: 1,
    propagateTags: 'TASK_DEFINITION',
    ...capacityOf(site),
    networkConfiguration: networkOf(site),
  });
  if (task?.taskArn) return task.taskArn;
  throw notStarted(site.target, failure?.reason);
}

interface Look {
  /** As `endOf` reads it. */
  readonly ended?: string;
  readonly why?: string;
}

async function look(site: Site, task: string): Promise<Look> {
  const { account, places, target } = site;
  const ecs = await account.aws.ecs();
  const { tasks: [now] = [] } = await ecs.describeTasks({ cluster: places.cluster, tasks: [task] });
  if (now && now.lastStatus !== 'STOPPED') return {};
  const [container] = now?.containers ?? [];
  const { exitCode, reason = '' } = container ?? {};
  if (/OutOfMemory/.test(reason)) return { ended: `${exitCode ?? 137} oom` };
  if (exitCode !== undefined) return { ended: String(exitCode) };
  if (/executable file not found|no such file or directory/i.test(reason))
    return { ended: '127', why: printableLine(reason) };
  throw notStarted(target, now?.stoppedReason ?? reason);
}

function endOf(text: string): JobEnd {
  const [code, oom] = text.split(' ');
  return { exit_code: Number(code), ...(oom ? { out_of_memory: true as const } : {}) };
}

async function remember({ account }: Site, { arn }: Definition, ended: string): Promise<void> {
  const ecs = await account.aws.ecs();
  await ecs.tagResource({ resourceArn: arn, tags: ecsTags({ [EXIT_TAG]: ended }) });
}

/** Outcomes of release commands are read by now; and what a run left that was cut off. */
export async function forgetJobs(site: Site, but?: string): Promise<void> {
  for (const arn of await activeDefinitions(site, namesOf(site.target).jobs)) {
    const definition = await describe(site, arn);
    if (Object.values(definition.tags).includes(but ?? '')) continue;
    await forget(site, definition);
  }
}

/** Nobody waits for it any more: stops the task, and leaves nothing of it. */
async function discard(target: Target, release: string, context: DriverContext): Promise<void> {
  const anyway = { ...context, signal: AbortSignal.timeout(CLEAN_UP), timeout: CLEAN_UP };
  const site = await openSite(target, anyway);
  const { cluster } = site.places;
  const ecs = await site.account.aws.ecs();
  const { taskArns: tasks = [] } = await ecs.listTasks({ cluster, startedBy: release, desiredStatus: 'RUNNING' });
  for (const task of tasks) await ecs.stopTask({ cluster, task, reason: 'called off' });
  for (const arn of await activeDefinitions(site, namesOf(target).jobs)) {
    const definition = await describe(site, arn);
    if (Object.values(definition.tags).includes(release)) await forget(site, definition);
  }
}

function notStarted({ service }: Target, reason = 'it does not say why'): DeployerError {
  return new DeployerError({
    code: 'COMMAND_FAILED',
    stage: 'deploy',
    reason: `ECS did not run the command of ${service.name}`,
    fix: 'See what it said',
    detail: [printableLine(reason)],
  });
}
