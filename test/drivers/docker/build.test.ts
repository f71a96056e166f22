import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/core/artifact.ts';
import type { DriverContext } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import { Secret, type Variables } from '../../../src/core/secret.ts';
import { buildTarget } from '../../../src/drivers/docker/build.ts';
import { findBuilder } from '../../../src/drivers/image/build/builder.ts';
import { imageTag, readLocation } from '../../../src/drivers/image/build/image.ts';
import { systemProcesses } from '../../../src/system/processes.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`building an image${reason}`, () => {
  let world: DockerWorld;
  beforeAll(async () => {
    world = await createDockerWorld();
  });
  afterAll(() => world.end());

  it('yields an image that is named by its id, and the same one again', async () => {
    world.write('same', { Dockerfile: DOCKERFILE, 'a.txt': 'one' });
    const first = await build('same');
    expect(first).toMatchObject({ kind: 'image', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(first.location).toContain(world.engine.endpoint);
    expect(await imageNamed(imageTag(first))).toMatchObject({
      Id: first.digest,
      Config: { Labels: { 'deployer.managed': '1' } },
    });
    expect((await build('same')).digest).toBe(first.digest);
    expect((await names(readLocation(first).repository)).filter((name) => name.includes('building'))).toEqual([]);
  });

  it('takes what .dockerignore leaves, links as links, and never what must not leave the working tree', async () => {
    world.write('taken', {
      Dockerfile: `FROM ${IMAGES.busybox}\nCOPY . /in\nRUN cd /in && find . -not -type d | sort | tr '\\n' ' ' && ls -l link && test -x run.sh\n`,
      '.dockerignore': '*.log\n!keep.log\nDockerfile\nsub/*/x\n',
      'a.log': 'no',
      'keep.log': 'yes',
      '.env': 'SECRET=1',
      '.git/config': 'no',
      'sub/deep/x': 'no',
      'sub/deep/y': 'yes',
      'run.sh': '#!/bin/sh',
      [`${'long-'.repeat(30)}name`]: 'yes',
    });
    symlinkSync('keep.log', join(world.root, 'taken/link'));
    chmodSync(join(world.root, 'taken/run.sh'), 0o755);
    const said: string[] = [];
    await build('taken', { log: (line) => said.push(line) });
    const found = said.findLast((line) => line.includes('./keep.log'))?.split(' ');
    // With BuildKit the Dockerfile is part of what it builds from, always.
    expect(found?.filter((word) => /^\.\/(?!Dockerfile)/.test(word))).toEqual([
      './.dockerignore',
      './keep.log',
      './link',
      `./${'long-'.repeat(30)}name`,
      './run.sh',
      './sub/deep/y',
    ]);
    expect(said.join('\n')).toContain('link -> keep.log');
  });

  it('hands over build arguments and the stage asked for', async () => {
    world.write('args', {
      Dockerfile: `FROM ${IMAGES.busybox} AS base\nARG COLOUR\nARG SIZE\nRUN echo "is $COLOUR $SIZE"\nFROM base AS other\nRUN false\n`,
    });
    const said: string[] = [];
    const options = { target: 'base', build_args: { SIZE: 12 } };
    await build('args', { log: (line) => said.push(line), variables: { COLOUR: 'blue' }, options });
    expect(said.join('\n')).toContain('is blue 12');
  });

  it('runs the build command first, so that the Dockerfile can take what it makes', async () => {
    world.write('command', { Dockerfile: `FROM ${IMAGES.busybox}\nCOPY made.txt /\n` });
    const made = await build('command', { command: 'echo made > made.txt' });
    expect(made.kind).toBe('image');
  });

  it('that fails says so with its last lines, and leaves no container behind', async () => {
    world.write('failing', { Dockerfile: `FROM ${IMAGES.busybox}\nRUN echo about to fail && exit 3\n` });
    const failure = await build('failing').catch((error: DeployerError) => error.failure);
    expect(failure).toMatchObject({ code: 'BUILD_FAILED', stage: 'build' });
    expect(JSON.stringify(failure)).toContain('about to fail');
  });

  it('refuses secrets where they would stay in the image', async () => {
    world.write('refused', { Dockerfile: DOCKERFILE, 'a.txt': 'one' });
    const failure = await build('refused', {
      variables: { NPM_TOKEN: new Secret('not to be seen') },
      processes: withoutBuildKit(),
    }).catch((error: DeployerError) => error.failure);
    expect(failure).toMatchObject({ code: 'UNSUPPORTED', reason: expect.stringContaining('NPM_TOKEN') });
    const target = world.target({ path: 'refused', build: { output: [], env: ['NPM_TOKEN', 'COLOUR'] } });
    const context = world.context({ processes: withoutBuildKit() });
    expect(await world.driver.preflight({ ...target, secrets: ['NPM_TOKEN'] }, context)).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('NPM_TOKEN would stay in the image'),
      }),
    ]);
    expect(await world.driver.preflight({ ...target, secrets: [] }, context)).toEqual([]);
    expect(await world.driver.preflight(target, context)).toEqual([expect.objectContaining({ level: 'warning' })]);
  });

  it('mounts secrets with BuildKit, in no layer', async ({ skip }) => {
    const processes = systemProcesses({ environment: { PATH: '/usr/bin:/bin', HOME: world.root } });
    const builder = await findBuilder(world.context({ processes }));
    skip(builder === 'engine', 'the docker command of this machine has no BuildKit');
    world.write('mounted', {
      Dockerfile: `FROM ${IMAGES.busybox}\nARG COLOUR\nRUN --mount=type=secret,id=TOKEN echo "$COLOUR $(wc -c < /run/secrets/TOKEN)"\n`,
    });
    const said: string[] = [];
    const artifact = await build('mounted', {
      log: (line) => said.push(line),
      variables: { TOKEN: new Secret('twelve bytes'), COLOUR: 'green' },
      processes,
    });
    expect(said.join('\n')).toMatch(/green 12/);
    expect(await everythingOf(artifact)).not.toContain('twelve bytes');
    world.write('generated', { 'package.json': '{"scripts":{"start":"node a.js"}}' });
    const generated = await build('generated', {
      log: (line) => said.push(line),
      variables: { TOKEN: new Secret('thirteen byte') },
      secrets: ['TOKEN'],
      command: 'printf "$TOKEN" | wc -c && echo "for $COLOUR"',
      options: { build_args: { COLOUR: 'red' }, base_images: { node: IMAGES.node } },
      processes,
    });
    expect(said.join('\n')).toMatch(/ 13$[\s\S]* for red$/m);
    expect(await everythingOf(generated)).not.toContain('thirteen byte');
  });

  interface Given extends Partial<DriverContext> {
    readonly variables?: Variables;
    readonly options?: Record<string, never> | object;
    readonly command?: string;
    readonly secrets?: readonly string[];
  }

  function build(path: string, { variables = {}, options = {}, command, secrets = [], ...given }: Given = {}) {
    const target = world.target({
      name: path,
      path,
      options: options as never,
      build: { output: [], env: Object.keys(variables), ...(command ? { command } : {}) },
    });
    return buildTarget({ ...target, secrets }, variables, world.context({ ...(given as Partial<DriverContext>) }));
  }

  /** The docker command is not found, so that the engine builds by itself. */
  function withoutBuildKit() {
    return systemProcesses({ environment: { PATH: world.root } });
  }

  async function everythingOf({ digest }: Artifact): Promise<string> {
    const { body } = await engineCall(world.engine.socket, 'GET', `/images/${digest}/history`);
    return JSON.stringify([body, await imageNamed(digest)]);
  }

  async function imageNamed(name: string): Promise<unknown> {
    return (await engineCall(world.engine.socket, 'GET', `/images/${name}/json`)).body;
  }

  async function names(repository = ''): Promise<readonly string[]> {
    const { body } = await engineCall(world.engine.socket, 'GET', '/images/json');
    return (body as { RepoTags: string[] | null }[])
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .filter((name) => name.startsWith(repository));
  }
});

const DOCKERFILE = `FROM ${IMAGES.busybox}\nCOPY a.txt /\n`;
