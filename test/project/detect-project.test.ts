import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isName } from '../../src/core/name.ts';
import { toName, uniqueNames } from '../../src/project/detect/names.ts';
import { detectProject } from '../../src/project/detect-project.ts';
import { temporaryFolder, writeTree } from '../support/file-tree.ts';

type Files = Readonly<Record<string, string>>;

const pkg = (file: object) => JSON.stringify(file);
const withDeps = (scripts: Files, ...names: readonly string[]) =>
  pkg({ name: 'x', scripts, dependencies: Object.fromEntries(names.map((name) => [name, '1'])) });

async function detect(files: Files) {
  const root = temporaryFolder();
  writeTree(root, files);
  return detectProject(root);
}

async function only(files: Files) {
  const { services } = await detect(files);
  expect(services).toHaveLength(1);
  return services[0];
}

describe('frameworks of package.json', () => {
  test.each([
    ['Next.js', withDeps({ build: 'next build' }, 'next'), { build: { output: '.' }, start: 'npx next start' }],
    [
      'Nuxt',
      withDeps({}, 'nuxt'),
      { build: { command: 'npm install && npx nuxt build', output: '.output' }, start: 'node server/index.mjs' },
    ],
    ['SvelteKit', withDeps({}, '@sveltejs/kit'), { start: 'node build' }],
    ['SvelteKit (static)', withDeps({}, '@sveltejs/kit', '@sveltejs/adapter-static'), { build: { output: 'build' } }],
    [
      'Astro',
      withDeps({ build: 'astro build' }, 'astro'),
      { build: { command: 'npm install && npm run build', output: 'dist' } },
    ],
    ['Astro (server)', withDeps({}, 'astro', '@astrojs/node'), { start: 'node dist/server/entry.mjs' }],
    ['Remix', withDeps({ start: 'remix-serve b' }, '@remix-run/dev'), { start: 'npm start' }],
    ['Gatsby', withDeps({}, 'gatsby'), { build: { output: 'public' } }],
    ['Eleventy', withDeps({}, '@11ty/eleventy'), { build: { output: '_site' } }],
    [
      'Create React App',
      withDeps({ start: 'react-scripts start' }, 'react-scripts'),
      { build: { output: 'build' }, spa: true },
    ],
    ['Vue CLI', withDeps({}, '@vue/cli-service'), { build: { output: 'dist' }, spa: true }],
    ['NestJS', withDeps({ 'start:prod': 'node dist/main' }, '@nestjs/core', 'express'), { start: 'node dist/main' }],
    [
      'Fastify',
      withDeps({ start: 'node server.js' }, 'fastify'),
      { start: 'node server.js', build: { command: 'npm install', output: '.' } },
    ],
    ['Express', withDeps({ start: 'tsx src/main.ts && x' }, 'express'), { start: 'npm start' }],
    ['Koa', withDeps({ start: 'node -r dotenv/config a.js' }, 'koa'), { start: 'node -r dotenv/config a.js' }],
    ['Hono', withDeps({ start: 'node $(touch X)' }, 'hono'), { start: 'npm start' }],
    ['Node.js', pkg({ name: 'x', scripts: { start: 'node a.js' } }), { start: 'node a.js' }],
  ])('%s', async (framework, packageFile, expected) => {
    expect(await only({ 'package.json': packageFile })).toMatchObject({ framework, ...expected });
  });

  test('frameworks that are also used for libraries need their files', async () => {
    const vite = withDeps({ build: 'vite build' }, 'vite');
    expect((await detect({ 'package.json': vite })).services).toEqual([]);
    expect(await only({ 'package.json': vite, 'index.html': '' })).toMatchObject({ framework: 'Vite', spa: true });
    const express = withDeps({}, 'express');
    expect((await detect({ 'package.json': express })).services).toEqual([]);
    expect(await only({ 'package.json': express, 'index.js': '' })).toMatchObject({ start: 'node index.js' });
  });

  test('a Next.js app that is exported is only files', async () => {
    const files = { 'package.json': withDeps({}, 'next'), 'next.config.mjs': "export default { output: 'export' }" };
    const service = await only(files);
    expect(service).toMatchObject({ build: { output: 'out' } });
    expect(service).not.toHaveProperty('start');
  });

  test('Angular says itself where it builds to', async () => {
    const angular = { projects: { shop: { architect: { build: { builder: '@angular/build:application' } } } } };
    const files = { 'package.json': withDeps({}, '@angular/cli'), 'angular.json': pkg(angular) };
    expect(await only(files)).toMatchObject({ build: { output: 'dist/shop/browser' } });
  });

  test.each([
    ['npm', 'package-lock.json', 'npm install && npm run build'],
    ['pnpm', 'pnpm-lock.yaml', 'pnpm install && pnpm run build'],
    ['yarn', 'yarn.lock', 'yarn install && yarn run build'],
    ['bun', 'bun.lock', 'bun install && bun run build'],
  ])('the lock file tells the package manager: %s', async (_, lock, command) => {
    const files = { 'package.json': withDeps({ build: 'astro build' }, 'astro'), [lock]: '' };
    expect(await only(files)).toMatchObject({ build: { command } });
  });
});

describe('other languages', () => {
  test.each<[string, Files, object]>([
    [
      'Django',
      { 'manage.py': "('DJANGO_SETTINGS_MODULE', 'shop.settings')", 'requirements.txt': 'gunicorn' },
      { start: 'python3 -m gunicorn shop.wsgi --bind 0.0.0.0:$PORT' },
    ],
    [
      'FastAPI',
      { 'main.py': '', 'pyproject.toml': '"FastAPI"' },
      { start: 'python3 -m uvicorn main:app --host 0.0.0.0 --port $PORT' },
    ],
    [
      'Flask',
      { 'app.py': '', 'requirements.txt': 'Flask==3' },
      { start: 'python3 -m flask --app app run --host 0.0.0.0 --port $PORT' },
    ],
    [
      'Go',
      { 'go.mod': '', 'main.go': '' },
      { build: { command: 'go build -o bin/server .', output: 'bin' }, start: './server' },
    ],
    [
      'Rails',
      { Gemfile: "gem 'rails'", 'package.json': '{}' },
      { start: 'bundle exec rails server -b 0.0.0.0 -p $PORT' },
    ],
    ['Hugo', { 'hugo.toml': '', 'content/a.md': '' }, { build: { output: 'public' } }],
    ['static files', { 'index.html': '' }, {}],
  ])('%s', async (framework, files, expected) => {
    expect(await only(files)).toMatchObject({ framework, ...expected });
  });
});

describe('the project', () => {
  test('services in folders, names from folders, the project from its package', async () => {
    const project = await detect({
      'package.json': pkg({ name: '@acme/Shop App', scripts: { start: 'concurrently x' } }),
      'services/api/package.json': withDeps({ start: 'node a.js' }, 'express'),
      'services/Web Site!/index.html': '',
      'other/api/index.html': '',
      'a/b/c/d/index.html': '',
      'node_modules/p/index.html': '',
      'test/fixtures/index.html': '',
      '.hidden/index.html': '',
      '.gitignore': '/coverage',
      'coverage/index.html': '',
      'services/api/public/index.html': '',
    });
    expect(project.project).toBe('acme-shop-app');
    expect(project.services.map(({ name, path }) => [name, path])).toEqual([
      ['api', 'other/api'],
      ['web-site', 'services/Web Site!'],
      ['api-2', 'services/api'],
    ]);
  });

  test('a framework at the root is the one service', async () => {
    const files = { 'package.json': withDeps({}, 'next'), 'docs/index.html': '', 'api/index.html': '' };
    expect(await only(files)).toMatchObject({ name: 'x', path: '.', framework: 'Next.js' });
  });

  test.each<[string, Files]>([
    ['npm', { 'package.json': pkg({ workspaces: ['apps/*', '!apps/old'] }) }],
    ['yarn', { 'package.json': pkg({ workspaces: { packages: ['./apps/*', '!./apps/old'] } }) }],
    [
      'pnpm',
      {
        'package.json': '{}',
        'pnpm-workspace.yaml': 'packages:\n  # ours\n  - "apps/*"\n  - \'!apps/old\'\ncatalog:\n  x: 1\n',
      },
    ],
  ])('only members of the workspace count, and are installed as a whole: %s', async (_, files) => {
    const app = withDeps({ build: 'astro build' }, 'astro');
    const { services } = await detect({
      ...files,
      'apps/web/package.json': app,
      'apps/old/package.json': app,
      'tools/x/package.json': app,
    });
    expect(services.map(({ path, build }) => [path, build?.command])).toEqual([
      ['apps/web', expect.stringMatching(/^(npm|pnpm) run build$/)],
    ]);
  });

  test('variables come from the template of the environment file, without those that are given', async () => {
    const template =
      '# comment\nDATABASE_URL=\nexport API_KEY="x"\nPORT=3000\nNODE_ENV=x\n1BAD=\n  SPACED = 1\nAPI_KEY=2\n';
    expect(await only({ 'index.html': '', '.env.example': template, '.env': 'SECRET=1' })).toMatchObject({
      env: ['API_KEY', 'DATABASE_URL', 'SPACED'],
    });
  });

  test('nothing that a folder holds is run, and damaged files are no obstacle', async () => {
    const root = temporaryFolder();
    const evil = pkg({
      name: '$(touch X)',
      main: '; touch X',
      scripts: { start: 'node `touch X`' },
      dependencies: { express: 1 },
    });
    writeTree(root, {
      'a/package.json': evil,
      'b/package.json': '{"name":',
      'c/package.json': '[1]',
      'd/package.json': pkg({ scripts: 7, dependencies: 'x', workspaces: { packages: 5 }, name: {} }),
      'e/package.json': '-> /dev/zero',
      'f/up': '-> ../..',
      'prisma/schema.prisma': '-> /dev/zero',
    });
    const { services } = await detectProject(root);
    expect(services.map(({ start }) => start)).toEqual(['npm start']);
    expect(existsSync('X') || existsSync(join(root, 'X')) || existsSync(join(root, 'a/X'))).toBe(false);
  });
});

describe('databases', () => {
  test.each<[string, Files, object]>([
    [
      'prisma',
      { 'prisma/schema.prisma': '// url = env("OLD_URL")\ndatasource db {\n url = env("POSTGRES_URL")\n}' },
      { path: 'prisma/migrations', connection_env: 'POSTGRES_URL' },
    ],
    [
      'drizzle',
      { 'drizzle.config.ts': "export default { out: './db/out', url: process.env.DB_URL }" },
      { path: 'db/out', connection_env: 'DB_URL' },
    ],
    [
      'knex',
      { 'knexfile.js': "module.exports = { migrations: { directory: './db/m' } }" },
      { path: 'db/m', connection_env: 'DATABASE_URL' },
    ],
    [
      'raw',
      { 'db/migrations/001_a.sql': 'CREATE TABLE a (b int);' },
      { path: 'db/migrations', connection_env: 'DATABASE_URL' },
    ],
    ['raw', { 'migrations/001.sql': '' }, { path: 'migrations' }],
    ['dbmate', { 'db/migrations/1_a.sql': '-- migrate:up\nCREATE TABLE a (b int);' }, { path: 'db/migrations' }],
  ])('%s', async (engine, files, expected) => {
    expect((await detect(files)).databases).toEqual([expect.objectContaining({ name: 'main', engine, ...expected })]);
  });

  test('one for each place, the tool before its files, and no path out of the project', async () => {
    const { databases } = await detect({
      'services/api/drizzle.config.ts': "out: 'migrations'",
      'services/api/migrations/1.sql': '',
      'services/jobs/migrations/1.sql': '',
      'services/evil/knexfile.js': "directory: '../../../etc'",
    });
    expect(databases.map(({ name, engine, path }) => [name, engine, path])).toEqual([
      ['api', 'drizzle', 'services/api/migrations'],
      ['evil', 'knex', 'services/evil/migrations'],
      ['jobs', 'raw', 'services/jobs/migrations'],
    ]);
  });
});

describe('names', () => {
  test('any text becomes a valid name, and no name is given twice', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 20 }), (texts) => {
        const unique = uniqueNames();
        const names = texts.map((text) => unique(toName(text, 'service')));
        expect(names.every(isName)).toBe(true);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  test('long names stay unique within the limit', () => {
    const unique = uniqueNames();
    const names = Array.from({ length: 12 }, () => unique('a'.repeat(40)));
    expect(new Set(names).size).toBe(12);
    expect(names.every(isName)).toBe(true);
    expect(toName('constructor', 'service')).toBe('service');
  });
});
