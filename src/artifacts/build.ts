import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, ArtifactStore, FileWatch } from '../core/artifact.ts';
import type { ServiceConfig } from '../core/config.ts';
import { DeployerError, type Failure } from '../core/errors.ts';
import type { Channel } from '../core/event.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import type { CommandResult, Processes } from '../core/ports.ts';
import { reveal, type Variables } from '../core/secret.ts';
import { unreachable } from '../core/unreachable.ts';

const TAIL = 20;

export interface BuildRequest {
  readonly service: ServiceConfig;
  /** Absolute project folder. */
  readonly root: string;
  readonly store: ArtifactStore;
  readonly processes: Processes;
  /** Everything the service gets; the command sees those that `build.env` names. */
  readonly variables: Variables;
  readonly signal: AbortSignal;
  /** For the command, ms. */
  readonly timeout: number;
  log(line: string, channel?: Channel): void;
  /** Files of the service's folder under its ignore rules, relative to it; asked when no output is named. */
  listFiles(): readonly string[];
  /** Sees the files that are to be released, and may refuse them. */
  readonly watch?: FileWatch;
}

/**
 * The default builder: runs the owner's command in the service's folder and puts what it made into the store. One output
 * folder becomes the root of the artifact; several outputs keep their paths; without outputs the folder is taken under its
 * ignore rules. Throws `BUILD_FAILED` with the command's last lines, or naming an output that is missing or empty;
 * `TIMEOUT`; `INTERRUPTED`.
 */
export async function buildArtifact(request: BuildRequest): Promise<Artifact> {
  const folder = await serviceFolder(request);
  await runCommand(request, folder);
  const { from, paths } = await findOutput(request, folder);
  const artifact = await request.store.put(from, paths, request.watch);
  if (artifact.files === 0) throw failure(request, { reason: `${outputNames(request)} holds no files` });
  return artifact;
}

async function serviceFolder({ root, service }: BuildRequest): Promise<string> {
  const real = await realPath(root);
  const folder = await realPath(join(root, service.path));
  if (real !== undefined && folder !== undefined && isInside(real, folder)) return folder;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `services.${service.name}.path: ${service.path} is not a folder inside the project`,
    stage: 'build',
    fix: 'Correct the path',
  });
}

async function runCommand(request: BuildRequest, folder: string): Promise<void> {
  const { command, env } = request.service.build;
  if (command === undefined) return;
  const { processes, signal, timeout, log } = request;
  const visible = Object.entries(request.variables).filter(([name]) => env.includes(name));
  const result = await processes.shell(command, {
    cwd: folder,
    env: Object.fromEntries(visible.map(([name, value]) => [name, reveal(value)])),
    signal,
    timeout,
    onLine: (line, channel) => log(line, channel),
  });
  if (result.outcome !== 'exited' || result.exitCode !== 0) throw commandFailure(request, result);
}

function commandFailure(request: BuildRequest, result: CommandResult): DeployerError {
  const detail = result.tail.slice(-TAIL);
  switch (result.outcome) {
    case 'exited':
      return failure(request, { reason: `the build command ended with ${endOf(result)}`, detail });
    case 'not_found':
      return failure(request, { reason: 'there is no shell to run the build command', detail });
    case 'timed_out':
      return failure(request, {
        code: 'TIMEOUT',
        reason: `the build command did not end within ${request.timeout} ms`,
        fix: `Raise services.${request.service.name}.timeout, or make the build faster`,
        detail,
      });
    case 'cancelled':
      return interruption(request, detail);
    default:
      return unreachable(result.outcome);
  }
}

function endOf({ exitCode, signal }: CommandResult): string {
  return exitCode === null ? `signal ${signal ?? 'unknown'}` : `exit code ${exitCode}`;
}

/** Whoever cancelled knows why; without a reason of ours it was an interruption. */
function interruption(request: BuildRequest, detail: readonly string[]): DeployerError {
  const { reason } = request.signal;
  if (reason instanceof DeployerError) return new DeployerError({ detail, stage: 'build', ...reason.failure });
  return failure(request, { code: 'INTERRUPTED', reason: 'the build was interrupted', detail });
}

async function findOutput(
  request: BuildRequest,
  folder: string,
): Promise<{ readonly from: string; readonly paths: readonly string[] }> {
  const { output } = request.service.build;
  if (output.length === 0) return { from: folder, paths: request.listFiles() };
  const real: string[] = [];
  for (const path of output) real.push(await realOutput(request, folder, path));
  const [only] = real;
  const isFolder = real.length === 1 && only !== undefined && (await lstat(only)).isDirectory();
  return isFolder ? { from: only, paths: ['.'] } : { from: folder, paths: output };
}

async function realOutput(request: BuildRequest, folder: string, path: string): Promise<string> {
  const real = await realPath(join(folder, path));
  const { name } = request.service;
  if (real === undefined)
    throw failure(request, {
      reason: `there is no ${path} in ${request.service.path} after the build`,
      fix: `Correct services.${name}.build.output, or the build command that should make it`,
    });
  if (isInside(folder, real)) return real;
  throw failure(request, {
    reason: `${path} is a link that leaves ${request.service.path}`,
    fix: `Name a path inside the service in services.${name}.build.output`,
  });
}

function outputNames({ service }: BuildRequest): string {
  return service.build.output.length === 0 ? service.path : service.build.output.join(', ');
}

function failure(request: BuildRequest, facts: Partial<Failure> & Pick<Failure, 'reason'>): DeployerError {
  const { name } = request.service;
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'build',
    fix: `Correct what the lines above say, or services.${name}.build`,
    ...facts,
    reason: `Building ${name} failed: ${facts.reason}`,
  });
}

async function realPath(path: string): Promise<string | undefined> {
  return realpath(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error))) return undefined;
    throw ioFailure('read', path, error);
  });
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
