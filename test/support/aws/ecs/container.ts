import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ACCEPT } from '../ecr/exchange.ts';
import { registriesOf } from '../ecr/registry.ts';
import { repositoriesOf } from '../ecr/state.ts';
import { groupsOf, writeLog } from '../logs/state.ts';
import type { AwsPlace } from '../service.ts';
import { parametersOf } from '../ssm/service.ts';
import type { AwsWorld } from '../world.ts';
import type { Task } from './state.ts';

/** The process of a task. */
export interface Running {
  readonly exit: () => number | undefined;
  stop(): void;
}

interface Image {
  readonly folder: string;
  readonly config: { Cmd?: string[]; Entrypoint?: string[]; Env?: string[]; WorkingDir?: string };
}

/** Images as folders, by reference; laid out once. */
export function imagesOf(world: AwsWorld): Map<string, Promise<Image>> {
  return world.state('ecs images', () => new Map());
}

/** Starts what a task definition says: the files of its image from the registry, its command, variables and secrets. */
export async function startContainer(place: AwsPlace, task: Task): Promise<Running> {
  const [container] = task.definition.given.containerDefinitions;
  const images = imagesOf(place.world);
  const image = images.get(container.image) ?? layOut(place, container.image);
  images.set(container.image, image);
  const { folder, config } = await image;
  const secrets = secretsOf(place, container.secrets ?? []);
  const words: string[] = container.entryPoint
    ? [...container.entryPoint, ...(container.command ?? [])]
    : [...(config.Entrypoint ?? []), ...(container.command ?? config.Cmd ?? [])];
  const [program = '', ...args] = words;
  const plain = Object.fromEntries(
    (container.environment ?? []).map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  // Each task has an address of its own, as on Fargate: the fixture binds to the one it is told.
  const env = { PATH: process.env['PATH'], HOST: task.ip, ...plain, ...secrets };
  const cwd = join(folder, config.WorkingDir ?? '/');
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const options = container.logConfiguration.options as Record<string, string>;
  const stream = `${options['awslogs-stream-prefix']}/${container.name}/${task.taskArn.split('/').at(-1)}`;
  const group = options['awslogs-group'] ?? '';
  // A group that has gone meanwhile is not made again: the driver of logs loses the line.
  const say = (message: string) => {
    if (groupsOf(place).has(group)) writeLog(place, group, { stream, message });
  };
  const outputs = [child.stdout, child.stderr].map((output) => {
    const lines = createInterface({ input: output }).on('line', say);
    return new Promise((resolve) => lines.once('close', resolve));
  });
  return new Promise((resolve, reject) => {
    let exit: number | undefined;
    child.once('error', () => reject(new Error(`exec: "${program}": executable file not found in $PATH`)));
    child.once('exit', (code, signal) => {
      void Promise.all(outputs).then(() => {
        exit = code ?? (signal === 'SIGKILL' ? 137 : 143);
      });
    });
    child.once('spawn', () =>
      resolve({
        exit: () => exit,
        stop: () => {
          try {
            process.kill(-Number(child.pid), 'SIGKILL');
          } catch {
            // It has ended already.
          }
        },
      }),
    );
  });
}

function secretsOf(place: AwsPlace, secrets: readonly { name: string; valueFrom: string }[]): Record<string, string> {
  return Object.fromEntries(
    secrets.map(({ name, valueFrom }) => {
      const found = [...parametersOf(place).values()].find((it) => it.ARN === valueFrom || it.Name === valueFrom);
      if (!found)
        throw new Error(`ResourceInitializationError: unable to pull secrets: invalid parameters: ${valueFrom}`);
      return [name, found.Value];
    }),
  );
}

interface Part {
  readonly digest: string;
}

async function layOut(place: AwsPlace, reference: string): Promise<Image> {
  const [uri = '', digest = ''] = reference.split('@');
  const repository = [...repositoriesOf(place).values()].find((it) => it.repositoryUri === uri);
  if (!repository) throw new Error(`CannotPullContainerError: ${reference}: not found`);
  const ask = async (path: string) => {
    const { status, body } = await registriesOf(place.world).ask(place, repository.repositoryName, path, {
      headers: ACCEPT,
    });
    if (status !== 200) throw new Error(`CannotPullContainerError: ${reference}: ${path}: ${status}`);
    return body;
  };
  const manifest = JSON.parse(String(await ask(`manifests/${digest}`))) as { config: Part; layers: Part[] };
  const { config } = JSON.parse(String(await ask(`blobs/${manifest.config.digest}`))) as Pick<Image, 'config'>;
  const folder = await mkdtemp(join(tmpdir(), 'deployer-task-'));
  for (const layer of manifest.layers) await unpack(folder, await ask(`blobs/${layer.digest}`));
  return { folder, config };
}

function unpack(folder: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const tar = spawn(
      'tar',
      ['-x', bytes[0] === 0x1f ? '-z' : '-', '-C', folder].filter((word) => word !== '-'),
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    tar.once('error', reject).once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tar: ${code}`))));
    tar.stdin.end(bytes);
  });
}

/** Removes what was laid out. */
export async function removeImages(world: AwsWorld): Promise<void> {
  for (const image of imagesOf(world).values()) {
    const { folder } = await image.catch(() => ({ folder: '' }));
    if (folder) await rm(folder, { recursive: true, force: true });
  }
}
