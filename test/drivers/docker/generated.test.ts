import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceConfig } from '../../../src/core/config.ts';
import type { Variables } from '../../../src/core/secret.ts';
import { dockerUnavailable } from '../../support/docker/engine.ts';
import { IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`a service without a Dockerfile${reason}`, () => {
  let world: DockerWorld;
  let node: string;
  beforeAll(async () => {
    world = await createDockerWorld();
    node = await imageWithNpm(world);
  });
  afterAll(() => world.end());

  it('of a workspace is built with all packages, and runs as nobody of importance with those it needs', async () => {
    world.write('.', WORKSPACE);
    const api = { name: 'api', path: 'packages/api', build: { output: [], env: ['COLOUR'] } };
    await expect(build(api)).rejects.toMatchObject({ failure: { fix: expect.stringContaining('docker.context') } });
    const url = await live({ ...api, options: { context: '.' } }, { COLOUR: 'blue' });
    expect(JSON.parse(await world.ask(url))).toEqual({
      built: 'blue by a tool',
      greeting: 'hello',
      tool: 'gone',
      user: 1000,
      first: 'the program itself',
      environment: 'production',
    });
  });

  it('of a front end is built, and its pages are served with every place of the app', async () => {
    world.write('web', WEB);
    const url = await live({
      name: 'web',
      path: 'web',
      build: { command: 'npm ci && TITLE="the app" npm run build', output: ['dist'], env: [] },
    });
    expect(await world.ask(url)).toBe('the app');
    expect(await world.ask(`${url}/orders/7`)).toBe('the app');
    expect(await world.ask(`${url}/about`)).toBe('about us');
    expect(await world.ask(`${url}/missing.js`)).toBe('404 Not Found');
    expect(await world.ask(`${url}/.hidden`)).toBe('404 Not Found');
  });

  it('of files is served as it is, without what is not for its users', async () => {
    world.write('site', {
      'index.html': 'home',
      '404.html': 'no such page',
      'docs/index.html': 'documents',
      '.gitignore': 'notes.txt\n',
      'notes.txt': 'private',
    });
    const url = await live({ name: 'site', path: 'site' });
    expect(await world.ask(url)).toBe('home');
    expect(await world.ask(`${url}/docs/`)).toBe('documents');
    for (const path of ['notes.txt', 'Dockerfile', '.dockerignore', 'orders/7'])
      expect(await world.ask(`${url}/${path}`)).toBe('no such page');
  });

  function targetOf(service: Partial<ServiceConfig>) {
    const options = { base_images: { node, caddy: IMAGES.caddy }, ...service.options };
    const health = { ...HEALTH, timeout: 15_000, interval: 50, successes: 1 } as const;
    return world.target({ health, ...service, options });
  }

  function build(service: Partial<ServiceConfig>, variables: Variables = {}) {
    return world.driver.build?.(targetOf(service), variables, world.context());
  }

  async function live(service: Partial<ServiceConfig>, variables: Variables = {}): Promise<string> {
    const artifact = await build(service, variables);
    if (!artifact) throw new Error('the driver builds');
    const target = targetOf(service);
    await world.driver.provision?.(target, world.context());
    const placed = await world.driver.deploy(target, { version_id: 'ver_1', artifact, variables: {} }, world.context());
    await world.switchTo(target, placed);
    return placed.url ?? '';
  }
});

/** Node's own image, as far as a build uses it: made of the npm of this machine. */
async function imageWithNpm(world: DockerWorld): Promise<string> {
  const { stdout } = spawnSync('npm', ['root', '--global'], { encoding: 'utf8' });
  const folder = 'images/of-npm';
  world.write(folder, {
    npm: '#!/bin/sh\nexec node /npm/bin/npm-cli.js "$@"\n',
    Dockerfile: `FROM ${IMAGES.node}\nCOPY npm-files /npm\nCOPY npm /usr/bin/npm\nRUN chmod +x /usr/bin/npm\n`,
  });
  const needed = (path: string) => !/\/(?:man|docs)$|\.md$/.test(path);
  cpSync(join(stdout.trim(), 'npm'), join(world.root, folder, 'npm-files'), { recursive: true, filter: needed });
  const artifact = await world.driver.build?.(world.target({ name: 'npm', path: folder }), {}, world.context());
  return `deployer/${world.name}/npm:${artifact?.digest.slice(7, 19)}`;
}

function server(answer: string): string {
  return `require('node:http').createServer((_, response) => response.end(${answer})).listen(process.env.PORT);\n`;
}

const FACTS = `JSON.stringify({
  built: require('node:fs').readFileSync('built.txt', 'utf8'),
  greeting: require('greet'),
  tool: isThere('tool') ? 'there' : 'gone',
  user: process.getuid(),
  first: require('node:fs').readFileSync('/proc/self/cmdline', 'utf8').startsWith('node') ? 'the program itself' : 'a shell',
  environment: process.env.NODE_ENV,
})`;

const IS_THERE = 'const isThere = (name) => { try { return require.resolve(name); } catch { return undefined; } };\n';

const WORKSPACE = {
  'package.json': JSON.stringify({ name: 'shop', workspaces: ['packages/*'] }),
  '.dockerignore': 'images\n.deployer\n**/node_modules\n',
  'packages/greet/package.json': '{"name":"greet","version":"1.0.0","main":"index.js"}',
  'packages/greet/index.js': 'module.exports = "hello";',
  'packages/api/package.json': JSON.stringify({
    name: 'api',
    version: '1.0.0',
    scripts: { build: 'node build.js', start: 'node server.js' },
    dependencies: { greet: '1.0.0' },
    devDependencies: { tool: 'file:../../tool' },
  }),
  'packages/api/build.js':
    'require("node:fs").writeFileSync("built.txt", process.env.COLOUR + " by " + require("tool"));\n',
  'packages/api/server.js': IS_THERE + server(FACTS),
  'tool/package.json': '{"name":"tool","version":"1.0.0","main":"index.js"}',
  'tool/index.js': 'module.exports = "a tool";',
};

const WEB = {
  'package.json': JSON.stringify({
    name: 'web',
    version: '1.0.0',
    scripts: { build: 'mkdir -p dist && cp -r pages/. dist && printf "$TITLE" > dist/index.html' },
    devDependencies: { vite: 'file:vendor/vite' },
  }),
  'package-lock.json': JSON.stringify({
    name: 'web',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'web', version: '1.0.0', devDependencies: { vite: 'file:vendor/vite' } },
      'node_modules/vite': { resolved: 'vendor/vite', link: true },
      'vendor/vite': { version: '1.0.0', dev: true },
    },
  }),
  'vendor/vite/package.json': '{"name":"vite","version":"1.0.0"}',
  'index.html': 'not what is built',
  'dist/index.html': 'what an earlier build left behind',
  'pages/about.html': 'about us',
  'pages/.hidden': 'no',
};

const HEALTH = { kind: 'http', target: '/', status: [200], headers: {}, allowPrivate: false } as const;
