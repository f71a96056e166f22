import type { DriverContext, JobEnd, JobRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import { printableLine } from '../../../core/text.ts';
import {
  type ContainerView,
  createContainer,
  findContainer,
  lastOutput,
  listContainers,
  removeContainer,
  removeStopped,
  startContainer,
} from '../../image/engine/container.ts';
import { writeFolder } from '../../image/engine/files.ts';
import { frameLines, type OutputLine } from '../../image/engine/streams.ts';
import { textMember } from '../../tar.ts';
import { type Host, openFirstHost } from '../host.ts';
import { containerName, LABEL, releaseOf, targetLabels } from '../names.ts';
import { ensureNetwork } from '../proxy/container.ts';
import { SECRETS_FOLDER } from '../secret-files.ts';
import { LOGS, memoryOf } from './create.ts';
import { bringImage } from './image-transfer.ts';
import { environment, filesOf } from './variables.ts';

const ROLES = { release: 'job', once: 'exec' } as const;
const LOOK_EVERY = 200;
/** Lines by which is told where a log went on. */
const REMEMBERED = 500;
/** Less than what work that is called off has to come to its end. */
const LONGEST_GRACE = 8_000;
const REMOVE_LIMIT = 60_000;
/** Whoever started a one-off command has read its end by then, or is gone; ms. */
const READ_BY_THEN = 60_000;

/**
 * Runs a command in a container of its own, made from the image of a release: never inside one that runs, which has the
 * old code and the old variables; on the first host of the service. What the engine knows of the container is all there is to know of the command.
 */
export async function runJob(target: Target, request: JobRequest, context: DriverContext): Promise<JobEnd> {
  const host = await openFirstHost(target, context);
  const name = containerName(target, `${releaseOf(target, context.idempotencyKey)}-${ROLES[request.kind]}`);
  await removeOthers(host, target, { kind: request.kind, but: name, context });
  try {
    const view = await runToEnd(host, target, { name, request, context });
    // What went well is not asked for a second time by its run, but may be by a run that was cut off just then.
    if (request.kind === 'once' || view.State.ExitCode !== 0) await removeContainer(host.engine, name);
    return { exit_code: view.State.ExitCode, ...(view.State.OOMKilled ? { out_of_memory: true } : {}) };
  } catch (error) {
    if (!context.signal.aborted) throw error;
    await discard(target, name, context);
    throw context.signal.reason;
  }
}

/** Removes what release commands have left behind; whoever calls this holds the environment's lock. */
export async function forgetJobs(target: Target, context: DriverContext): Promise<void> {
  const { engine } = await openFirstHost(target, context);
  const left = await listContainers(engine, { ...targetLabels(target), [LABEL.role]: ROLES.release });
  await Promise.all(left.map(({ Id }) => removeContainer(engine, Id)));
}

interface Job {
  readonly name: string;
  readonly request: JobRequest;
  readonly context: DriverContext;
}

/** Takes up what an earlier attempt began, wherever it got. */
async function runToEnd(host: Host, target: Target, job: Job): Promise<ContainerView> {
  const { name, context } = job;
  const found = await findContainer(host.engine, name);
  if (found) refuseForeign(target, found);
  else await create(host, target, job);
  if (!found || found.State.Status === 'created') {
    await handFiles(host, job);
    const refused = await start(host, job);
    if (refused) return refused;
  }
  const seen = await follow(host, name, context);
  for (;;) {
    const view = await findContainer(host.engine, name);
    if (!view) throw gone(name);
    if (!view.State.Running) {
      const last = await lastOutput(host.engine, name, REMEMBERED);
      for (const { channel, line } of unseen(last, seen)) context.log(line, channel);
      return view;
    }
    await context.clock.sleep(LOOK_EVERY, context.signal);
  }
}

async function create(host: Host, target: Target, { name, request, context }: Job): Promise<void> {
  await bringImage(host, target, request.artifact, context);
  await ensureNetwork(host);
  const made = await createContainer(host.engine, name, bodyOf(host, target, request));
  if (made === 'taken') throw foreign(name);
}

/** No health check and no new start: it runs once, to its end. */
function bodyOf(host: Host, target: Target, request: JobRequest): JsonObject {
  const { command, kind, artifact, version_id } = request;
  const words = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  return {
    Image: artifact.digest,
    Env: environment(host, request),
    Labels: { ...targetLabels(target), [LABEL.role]: ROLES[kind], [LABEL.version]: version_id },
    Entrypoint: [...words],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: host.shared.network,
      RestartPolicy: { Name: 'no' },
      Init: true,
      LogConfig: LOGS,
      ...memoryOf(host),
    },
  };
}

/**
 * A container of an engine cannot have secrets of a cluster: files in the same places do, which are gone with it. They are
 * written anew before each start, since an earlier attempt may have got anywhere.
 */
async function handFiles(host: Host, { name, request }: Job): Promise<void> {
  const files = [...filesOf(host, request)];
  const members = files.map(([variable, value]) => ({
    ...textMember(`${SECRETS_FOLDER}/${variable}`, value),
    mode: 0o444,
  }));
  if (members.length > 0) await writeFolder(host.engine, name, '/', members);
}

/** A program that is not there or may not be run fails in the start itself; the container then knows the exit code. */
async function start({ engine }: Host, { name, context }: Job): Promise<ContainerView | undefined> {
  try {
    await startContainer(engine, name);
    return undefined;
  } catch (error) {
    const view = await findContainer(engine, name);
    if (view?.State.ExitCode !== 126 && view?.State.ExitCode !== 127) throw error;
    context.log(printableLine(view.State.Error.trim()), 'stderr');
    return view;
  }
}

/** From its first line on, until the container ends; answers the last ones. */
async function follow({ engine }: Host, name: string, context: DriverContext): Promise<readonly OutputLine[]> {
  const query = { stdout: 1, stderr: 1, follow: 1 };
  const body = await engine.stream('GET', `/containers/${name}/logs`, { doing: `read the log of ${name}`, query });
  const seen: OutputLine[] = [];
  for await (const line of frameLines(body)) {
    context.log(line.line, line.channel);
    if (seen.push(line) > REMEMBERED) seen.shift();
  }
  return seen;
}

/** A log that is followed may end before its last lines, and always does before one without an end. */
export function unseen(last: readonly OutputLine[], seen: readonly OutputLine[]): readonly OutputLine[] {
  // What the number of lines cuts off may begin in the middle of one.
  const whole = last.length < REMEMBERED ? last : last.slice(1);
  for (let count = whole.length; count > 0; count--) {
    const known = whole.slice(0, count);
    const same = seen.slice(-count);
    if (count <= seen.length && known.every((line, index) => isSame(line, same[index]))) return whole.slice(count);
  }
  return whole;
}

async function discard(target: Target, name: string, context: DriverContext): Promise<void> {
  const anyway = { ...context, signal: AbortSignal.timeout(REMOVE_LIMIT), timeout: REMOVE_LIMIT };
  const { engine, options } = await openFirstHost(target, anyway);
  await removeStopped(engine, [name], Math.min(options.stop_timeout, LONGEST_GRACE));
}

/** Release commands come one at a time; of one-off ones those go that nobody reads any more. */
async function removeOthers(
  { engine, options }: Host,
  target: Target,
  { kind, but, context }: { readonly kind: JobRequest['kind']; readonly but: string; readonly context: DriverContext },
): Promise<void> {
  const all = await listContainers(engine, { ...targetLabels(target), [LABEL.role]: ROLES[kind] });
  const others = all.filter(({ Name }) => Name !== `/${but}`);
  const left = kind === 'release' ? others : others.filter(({ State }) => endedBefore(State, context));
  const ids = left.map(({ Id }) => Id);
  await removeStopped(engine, ids, Math.min(options.stop_timeout, LONGEST_GRACE));
}

function isSame(one: OutputLine, other: OutputLine | undefined): boolean {
  return one.channel === other?.channel && one.line === other.line;
}

function endedBefore({ Status, FinishedAt }: ContainerView['State'], { clock }: DriverContext): boolean {
  return Status === 'exited' && clock.now() - Date.parse(FinishedAt) > READ_BY_THEN;
}

function refuseForeign(target: Target, { Name, Config }: ContainerView): void {
  const own = Object.entries(targetLabels(target)).every(([label, value]) => Config.Labels?.[label] === value);
  if (!own) throw foreign(Name.slice(1));
}

function foreign(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `The container ${name} belongs to somebody else`,
    fix: 'Rename or remove it, and try again',
  });
}

function gone(name: string): DeployerError {
  return new DeployerError({
    code: 'COMMAND_FAILED',
    reason: `The container ${name} was removed by somebody while its command ran`,
    fix: 'See how far it came: the next attempt runs it again from the start',
  });
}
