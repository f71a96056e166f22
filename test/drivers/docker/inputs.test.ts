import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceConfig } from '../../../src/core/config.ts';
import { facts } from '../../../src/drivers/docker/facts.ts';
import { findContext } from '../../../src/drivers/image/build/context.ts';
import { buildInputs } from '../../../src/drivers/image/build/inputs.ts';
import { contextMembers } from '../../../src/drivers/image/build/members.ts';
import { openFileCache } from '../../../src/project/file-cache.ts';
import { hashSource } from '../../../src/project/source.ts';
import { openSourceTree } from '../../../src/project/source-tree.ts';
import { sourceDigest } from '../../../src/workflows/sources.ts';
import { pathsOf } from '../../project/sources.ts';
import { createDriverWorld, type DriverWorld, targetOf } from '../../support/driver-world.ts';

describe('what an image is made from', () => {
  let world: DriverWorld;
  beforeEach(async () => {
    world = await createDriverWorld();
  });
  afterEach(() => world.remove());

  it('is exactly what the build sees, whatever git leaves out', async () => {
    write({
      'app/Dockerfile': '',
      'app/.dockerignore': '*\n!src\n!dist/*.js\nsrc/secret\n',
      'app/.gitignore': 'dist\n',
      'app/src/a.js': '',
      'app/src/secret/b': '',
      'app/dist/c.js': '',
      'app/dist/c.map': '',
      'app/.env': '',
      'other/d': '',
    });
    const seen = ['app/.dockerignore', 'app/Dockerfile', 'app/dist/c.js', 'app/src/a.js'];
    expect(await hashed({ path: 'app' })).toEqual(seen);
    expect(await sent({ path: 'app' })).toEqual(seen.map((path) => path.slice('app/'.length)));
  });

  it('is another folder where the config names one, with the ignore file that counts there', async () => {
    write({
      Dockerfile: '',
      'libs/a.js': '',
      'libs/a.md': '',
      'services/api/docker/api.Dockerfile': '',
      'services/api/docker/api.Dockerfile.dockerignore': '**/*.md\nservices/*/docker\n',
      '.dockerignore': 'libs\n',
      'services/api/b.js': '',
    });
    const api = { path: 'services/api', options: { context: './', dockerfile: 'docker/api.Dockerfile' } };
    const seen = [
      '.dockerignore',
      'Dockerfile',
      'libs/a.js',
      'services/api/b.js',
      'services/api/docker/api.Dockerfile',
    ];
    expect(await hashed(api)).toEqual(seen);
    expect(await sent(api)).toEqual(seen);
  });

  it('is what git keeps where a command of the owner makes the rest', async () => {
    write({ Dockerfile: '', '.gitignore': 'made\n', 'made/a.js': '', 'b.js': '', 'out/c.js': '' });
    const build = { command: 'make', output: ['out'], env: [] };
    expect(await hashed({ path: '.', build })).toEqual(['.gitignore', 'Dockerfile', 'b.js']);
    expect(await sent({ path: '.', build })).toContain('made/a.js');
  });

  it('is also what is generated, and the options of the build', async () => {
    write({ 'index.html': '' });
    const digests = await Promise.all([
      digest({ path: '.' }),
      digest({ path: '.', options: { base_images: { caddy: 'mirror.test/caddy:2' } } }),
      digest({ path: '.', options: { build_args: { A: '1' } } }),
      digest({ path: '.', options: { target: 'server' } }),
      digest({ path: '.', options: { platform: 'linux/arm64' } }),
    ]);
    expect(new Set(digests).size).toBe(digests.length);
    expect(await digest({ path: '.', options: { replicas: 3 } })).toBe(digests[0]);
    expect((await inputs({ path: '.' })).generated.map(({ path }) => path)).toEqual(['Dockerfile', '.dockerignore']);
    expect(await sent({ path: '.' })).toEqual(['.dockerignore', 'Dockerfile', 'index.html']);
  });

  it('has an ignore file for each service of a folder that they share', async () => {
    write({
      'package.json': '{"workspaces":["services/*"]}',
      'services/a/package.json': '{"scripts":{"start":"node a.js"}}',
      'services/a/.gitignore': 'made\n',
      'services/a/made/x': '',
      'services/b/made/y': '',
      'node_modules/z': '',
    });
    const a = { path: 'services/a', options: { context: '.' } };
    const own = ['services/a/Dockerfile', 'services/a/Dockerfile.dockerignore'];
    expect((await inputs(a)).generated.map(({ path }) => path)).toEqual(own);
    expect(await hashed(a)).toEqual(['package.json', 'services/a/package.json', 'services/b/made/y']);
    expect(await sent(a)).toEqual([...own, ...(await hashed(a))].sort());
  });

  it('generates nothing where there is a Dockerfile, or where another name says that there is one', async () => {
    write({ 'a/index.html': '', 'a/Dockerfile': '', 'b/index.html': '' });
    expect((await inputs({ path: 'a' })).generated).toEqual([]);
    const other = { path: 'b', options: { dockerfile: 'web.Dockerfile' } };
    expect((await inputs(other)).generated).toEqual([]);
    await expect(sent(other)).rejects.toMatchObject({
      failure: { code: 'INVALID_CONFIG', reason: expect.stringContaining('services.api.docker.dockerfile') },
    });
  });

  it.each(['services/web', 'nowhere'])('cannot be the folder %s, which the service is not in', async (context) => {
    write({ 'services/web/a': '', 'services/api/Dockerfile': '' });
    await expect(sent({ path: 'services/api', options: { context } })).rejects.toMatchObject({
      failure: { code: 'INVALID_CONFIG', reason: expect.stringContaining('services.api.docker.context') },
    });
  });

  type Given = Partial<Omit<ServiceConfig, 'options'>> & { readonly options?: object };

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(world.root, path)), { recursive: true });
      writeFileSync(join(world.root, path), text);
    }
  }

  function target(given: Given) {
    return targetOf(facts, given as Partial<ServiceConfig>);
  }

  function inputs(given: Given) {
    return buildInputs(target(given), world.context());
  }

  async function hash(given: Given) {
    const cache = openFileCache(join(world.root, '.deployer/cache'));
    const tree = openSourceTree(world.root);
    return hashSource({ tree, service: target(given).service, cache, inputs: await inputs(given) });
  }

  async function hashed(given: Given): Promise<readonly string[]> {
    return [...pathsOf(await hash(given))].sort();
  }

  async function digest(given: Given): Promise<string> {
    const { digest: files } = await hash(given);
    return sourceDigest(target(given).service, { files, variables: {}, inputs: await inputs(given) });
  }

  async function sent(given: Given): Promise<readonly string[]> {
    const paths: string[] = [];
    for await (const member of contextMembers(await findContext(target(given), world.context())))
      if (member.kind !== 'folder') paths.push(member.path);
    return paths.sort();
  }
});
