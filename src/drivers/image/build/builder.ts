import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { CommandResult } from '../../../core/ports.ts';
import { reveal, Secret, type Variables } from '../../../core/secret.ts';
import { list } from '../../../core/text.ts';
import { packTar } from '../../tar.ts';
import type { Engine } from '../engine/client.ts';
import { clientVariables } from '../engine/endpoint.ts';
import type { BuildContext } from './context.ts';
import { contextMembers } from './members.ts';

/** What builds images: the docker command with BuildKit, as a plug-in or inside, or else the engine by itself. */
export type Builder = 'buildx' | 'buildkit' | 'engine';

export interface ImageBuild {
  readonly service: string;
  readonly source: BuildContext;
  /** The name that the image gets. */
  readonly image: string;
  readonly target?: string;
  readonly platform?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Plain ones are build arguments; secrets are mounted, and are in no layer. */
  readonly variables: Variables;
}

/** The last version of the docker command that has BuildKit inside; later ones want the plug-in. */
const LAST_WITH_BUILDKIT = 22;
const QUICK = 10_000;
const TAIL = 20;

/** The best builder that is there. */
export async function findBuilder(context: DriverContext): Promise<Builder> {
  const ask = (...argv: string[]) => {
    const { root: cwd, signal } = context;
    return context.processes.run({ argv, cwd, env: {}, signal, timeout: QUICK });
  };
  if ((await ask('docker', 'buildx', 'version')).exitCode === 0) return 'buildx';
  const { stdout } = await ask('docker', '--version');
  const [, major] = /version (\d+)\./.exec(stdout) ?? [];
  return major !== undefined && Number(major) <= LAST_WITH_BUILDKIT ? 'buildkit' : 'engine';
}

export function secretNames(variables: Variables): readonly string[] {
  return Object.keys(variables).filter((name) => variables[name] instanceof Secret);
}

/** Builds and names the image, in the engine. Throws `BUILD_FAILED` with the last lines of the output. */
export async function buildImage(
  builder: Builder,
  build: ImageBuild,
  engine: Engine,
  context: DriverContext,
): Promise<void> {
  if (builder === 'engine') await buildByEngine(build, engine, context);
  else await buildByCommand(builder, build, engine, context);
}

/** Every argument of this builder stays in the history of the image. */
function secretRefusal(service: string, secrets: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason: `Building ${service} needs ${list(secrets)}, and without BuildKit secrets would stay in the image`,
    stage: 'build',
    fix: 'Install the buildx plug-in of the docker command',
  });
}

async function buildByEngine(build: ImageBuild, engine: Engine, context: DriverContext): Promise<void> {
  const secrets = secretNames(build.variables);
  if (secrets.length > 0) throw secretRefusal(build.service, secrets);
  const { image, target, platform, labels, source, variables } = build;
  const tail: string[] = [];
  const lines = engine.lines('POST', '/build', {
    doing: `build ${build.service}`,
    query: {
      t: image,
      dockerfile: source.dockerfile,
      target,
      platform,
      labels: JSON.stringify(labels),
      buildargs: JSON.stringify(plain(variables)),
      forcerm: 1,
    },
    tar: packTar(contextMembers(source)),
    timeout: context.timeout,
  });
  try {
    for await (const { stream } of lines)
      if (typeof stream === 'string') for (const line of wholeLines(stream)) say(line);
  } catch (error) {
    if (!(error instanceof DeployerError) || error.code !== 'DEPLOY_FAILED') throw error;
    throw buildFailure(build, [...tail, ...(error.failure.detail ?? [])]);
  }

  function say(line: string): void {
    tail.push(line);
    context.log(line, 'stdout');
  }
}

function wholeLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** Values reach the command by its environment, never by its arguments. */
async function buildByCommand(
  builder: Builder,
  build: ImageBuild,
  { endpoint }: Engine,
  context: DriverContext,
): Promise<void> {
  const env = {
    ...Object.fromEntries(Object.entries(build.variables).map(([name, value]) => [name, reveal(value)])),
    ...clientVariables(endpoint, context.settings),
    ...(builder === 'buildkit' ? { DOCKER_BUILDKIT: '1' } : {}),
  };
  const result = await context.processes.run({
    argv: argumentsOf(builder, build),
    cwd: build.source.folder,
    env,
    stdin: packTar(contextMembers(build.source)),
    signal: context.signal,
    timeout: context.timeout,
    onLine: (line, channel) => context.log(line, channel),
  });
  if (result.outcome !== 'exited' || result.exitCode !== 0) throw commandFailure(build, result, context);
}

function argumentsOf(builder: Builder, build: ImageBuild): readonly string[] {
  const { image, target, platform, labels, source, variables } = build;
  const secrets = new Set(secretNames(variables));
  const head = builder === 'buildx' ? ['docker', 'buildx', 'build', '--load'] : ['docker', 'build'];
  return [
    ...head,
    ...['--progress', 'plain', '--tag', image, '--file', source.dockerfile],
    ...(target ? ['--target', target] : []),
    ...(platform ? ['--platform', platform] : []),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...Object.keys(variables).flatMap((name) =>
      secrets.has(name) ? ['--secret', `id=${name},env=${name}`] : ['--build-arg', name],
    ),
    '-',
  ];
}

function plain(variables: Variables): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, reveal(value)]));
}

function commandFailure(build: ImageBuild, { outcome, tail }: CommandResult, context: DriverContext): unknown {
  if (outcome === 'cancelled') return context.signal.reason;
  if (outcome !== 'timed_out') return buildFailure(build, tail);
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'build',
    reason: `The image of ${build.service} was not built within ${context.timeout} ms`,
    fix: `Raise services.${build.service}.timeout, or make the build faster`,
    detail: tail.slice(-TAIL),
  });
}

function buildFailure({ service, source }: ImageBuild, tail: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'build',
    reason: `Building the image of ${service} failed`,
    fix: `Correct ${source.dockerfile}, or what its last lines say`,
    detail: tail.slice(-TAIL),
  });
}
