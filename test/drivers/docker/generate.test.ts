import { describe, expect, it } from 'vitest';
import type { ServiceConfig } from '../../../src/core/config.ts';
import { type Generated, generate, type Refusal } from '../../../src/drivers/image/build/generate/generate.ts';
import type { Request } from '../../../src/drivers/image/build/generate/recipe.ts';
import { parseIgnore } from '../../../src/drivers/image/build/ignore.ts';
import { detectStack } from '../../../src/project/detect-stack.ts';
import { temporaryFolder, writeTree } from '../../support/file-tree.ts';

type Files = Readonly<Record<string, string>>;

const pkg = (file: object) => JSON.stringify(file);

interface Given extends Partial<Request> {
  readonly config?: Partial<ServiceConfig>;
  readonly path?: string;
}

function made(files: Files, { config, path = '.', ...given }: Given = {}): Generated | Refusal {
  const root = temporaryFolder();
  writeTree(root, files);
  return generate({
    service: { name: 'x', path, build: { output: [], env: [] }, ...config },
    stack: detectStack(root, path),
    below: '',
    args: [],
    secrets: [],
    baseImages: {},
    ...given,
  });
}

function dockerfile(files: Files, given?: Given): string {
  const result = made(files, given);
  if ('reason' in result) throw new Error(result.reason);
  return result.dockerfile;
}

/** Its steps, one a line, without comments and empty lines. */
function steps(files: Files, given?: Given): readonly string[] {
  return dockerfile(files, given)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const EXPRESS = pkg({
  scripts: { start: 'node server.js', build: 'tsc' },
  engines: { node: '^22.1' },
  dependencies: { express: '5' },
});

describe('a Dockerfile for Node', () => {
  it('installs what the lock file says, builds, and runs without what only the build needed', () => {
    expect(
      steps({ 'package.json': EXPRESS, 'package-lock.json': '{}', '.npmrc': '' }, { config: { start: 'npm start' } }),
    ).toEqual([
      'FROM node:22-slim AS base',
      'WORKDIR /app',
      'FROM base AS build',
      'COPY package.json .npmrc package-lock.json ./',
      'RUN npm ci --no-audit --no-fund',
      'COPY . .',
      'RUN npm run build',
      'RUN npm prune --omit=dev --no-audit --no-fund',
      'FROM base',
      'ENV NODE_ENV=production',
      'COPY --from=build --chown=1000:1000 ["/app", "/app"]',
      'USER 1000:1000',
      'CMD ["npm", "start"]',
    ]);
  });

  it.each([
    ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm prune --prod --ignore-scripts'],
    ['yarn.lock', 'yarn install --frozen-lockfile', '--production'],
    ['bun.lock', 'bun install --frozen-lockfile', 'bun install --frozen-lockfile --production'],
    ['', 'npm install', 'npm prune'],
  ])('goes by %j', (lock, install, prune) => {
    const lines = steps({ 'package.json': EXPRESS, ...(lock ? { [lock]: '' } : {}) }).join('\n');
    expect(lines).toContain(`RUN ${install}`);
    expect(lines).toContain(prune);
  });

  it('takes yarn 2 for what it is, and the version that the package file names', () => {
    const file = { scripts: { start: 'node a.js' }, dependencies: { koa: '1' } };
    const modern = steps({ 'package.json': pkg({ ...file, packageManager: 'yarn@4.5.0' }), 'yarn.lock': '' });
    expect(modern).toContain('RUN yarn install --immutable');
    const pinned = steps({
      'package.json': pkg({ ...file, packageManager: 'pnpm@9.1.2+sha256.ab' }),
      'pnpm-lock.yaml': '',
    });
    expect(pinned).toContain('RUN npm install --global pnpm@9.1.2');
  });

  it.each([
    ['a hook', { scripts: { start: 'node a.js', postinstall: 'node b.js' }, dependencies: { koa: '1' } }],
    ['a package of the project', { scripts: { start: 'node a.js' }, dependencies: { koa: 'file:./koa' } }],
  ])('copies everything before it installs where %s needs it', (_, file) => {
    const lines = steps({ 'package.json': pkg(file) });
    expect(lines.indexOf('COPY . .')).toBeLessThan(lines.findIndex((line) => line.startsWith('RUN npm install')));
  });

  it('installs nothing where there is nothing to install', () => {
    const lines = steps({ 'package.json': pkg({ scripts: { start: 'node a.js' } }) });
    expect(lines.filter((line) => line.startsWith('RUN'))).toEqual([]);
  });

  it('runs what the build put out, and nothing else', () => {
    const lines = steps({ 'package.json': pkg({ dependencies: { nuxt: '3' } }) });
    expect(lines).toContain('COPY --from=build --chown=1000:1000 ["/app/.output", "./"]');
    expect(lines).toContain('CMD ["node", "server/index.mjs"]');
    expect(lines.join()).not.toContain('prune');
  });

  it('keeps several outputs apart', () => {
    const config = { build: { command: 'make', output: ['dist', 'views'], env: [] }, start: 'node dist/a.js' };
    const lines = steps({ 'package.json': EXPRESS }, { config });
    expect(lines).toContain('COPY --from=build --chown=1000:1000 ["/app/dist", "./dist"]');
    expect(lines).toContain('COPY --from=build --chown=1000:1000 ["/app/views", "./views"]');
  });

  it('installs a workspace as a whole, and runs its member in its place', () => {
    const files = {
      'package.json': pkg({ workspaces: ['services/*'] }),
      'package-lock.json': '{}',
      'services/api/package.json': EXPRESS,
    };
    const lines = steps(files, {
      path: 'services/api',
      below: 'services/api',
      config: { build: { command: 'npm run build', output: [], env: [] } },
    });
    const order = ['COPY . .', 'RUN npm ci --no-audit --no-fund', 'WORKDIR /app/services/api', 'RUN npm run build'];
    expect(lines.filter((line) => order.includes(line)).slice(0, 4)).toEqual(order);
    expect(lines.slice(-3)).toEqual(['WORKDIR /app/services/api', 'USER 1000:1000', 'CMD ["node", "server.js"]']);
    expect(made(files, { path: 'services/api' })).toMatchObject({
      fix: expect.stringContaining('docker.context to "."'),
    });
  });
});

describe('any Dockerfile', () => {
  it('has arguments just before the command that needs them, and secrets in no layer', () => {
    const config = { build: { command: 'npm run build', output: [], env: ['COLOUR', 'TOKEN'] } };
    const lines = steps({ 'package.json': EXPRESS }, { config, args: ['COLOUR'], secrets: ['TOKEN'] });
    const at = lines.indexOf('ARG COLOUR');
    expect(lines[at + 1]).toBe(
      'RUN --mount=type=secret,id=TOKEN,required=true export TOKEN="$(cat /run/secrets/TOKEN)" && npm run build',
    );
    expect(lines.filter((line) => line.includes('TOKEN')).every((line) => line.startsWith('RUN --mount='))).toBe(true);
  });

  it.each([
    ['make one\nmake two', 'RUN ["/bin/sh", "-c", "make one\\nmake two"]'],
    ['cat <<END', 'RUN ["/bin/sh", "-c", "cat <<END"]'],
    ['[ -f a ] && make', 'RUN ["/bin/sh", "-c", "[ -f a ] && make"]'],
    ['npm install && make "all of it"', 'RUN make "all of it"'],
  ])('runs the command as it was written: %j', (command, line) => {
    const config = { build: { command, output: [], env: [] }, start: 'node a.js' };
    expect(steps({ 'package.json': EXPRESS }, { config })).toContain(line);
  });

  it.each([
    ['node server.js', 'CMD ["node", "server.js"]'],
    ['node server.js --port $PORT', 'CMD ["/bin/sh", "-c", "exec node server.js --port $PORT"]'],
    ['A=1 node server.js', 'CMD ["/bin/sh", "-c", "A=1 node server.js"]'],
    ['migrate && node server.js', 'CMD ["/bin/sh", "-c", "migrate && node server.js"]'],
  ])('starts %j', (start, line) => {
    expect(steps({ 'package.json': EXPRESS }, { config: { start } }).at(-1)).toBe(line);
  });

  it('is built upon the images that the config names', () => {
    const images = { node: 'mirror.test/node:1', caddy: 'mirror.test/caddy:2' };
    const site = { 'package.json': pkg({ devDependencies: { vite: '6' } }), 'index.html': '' };
    const lines = steps(site, { baseImages: images }).filter((line) => line.startsWith('FROM'));
    expect(lines).toEqual(['FROM mirror.test/node:1 AS base', 'FROM base AS build', 'FROM mirror.test/caddy:2']);
  });

  it('is the same for the same findings', () => {
    expect(dockerfile({ 'package.json': EXPRESS, 'a.js': '', 'b.js': '' })).toBe(
      dockerfile({ 'b.js': '', 'a.js': '', 'package.json': EXPRESS }),
    );
  });
});

describe('other languages', () => {
  it.each([
    [{ 'requirements.txt': 'flask', 'app.py': '' }, 'RUN pip install --no-cache-dir -r requirements.txt'],
    [{ 'pyproject.toml': 'fastapi', 'uv.lock': '', 'main.py': '' }, 'RUN pip install --no-cache-dir uv && uv sync'],
    [{ 'pyproject.toml': 'fastapi', 'poetry.lock': '', 'main.py': '' }, 'poetry install --only main'],
    [{ Pipfile: 'flask', 'Pipfile.lock': '', 'app.py': '' }, 'pipenv install --deploy --system'],
    [{ 'pyproject.toml': '[build-system]\nfastapi', 'main.py': '' }, 'RUN pip install --no-cache-dir .'],
  ])('Python is installed by what is there: %j', (files, line) => {
    const text = dockerfile(files as unknown as Files);
    expect(text).toContain(line);
    expect(text).toMatch(/^USER 1000:1000$/m);
  });

  it('Python is of the version that a file names', () => {
    expect(steps({ 'requirements.txt': 'flask', 'app.py': '', '.python-version': '3.11.4\n' })[0]).toBe(
      'FROM python:3.11-slim',
    );
  });

  it('Go leaves its sources behind', () => {
    const lines = steps({ 'go.mod': '', 'go.sum': '', 'main.go': '' });
    expect(lines).toContain('COPY --from=build ["/app/bin", "./"]');
    expect(lines.at(-1)).toBe('CMD ["./server"]');
  });

  it('Hugo and plain files are served', () => {
    expect(steps({ 'hugo.toml': '', 'content/a.md': '' })).toContain('COPY --from=build ["/app/public", "/srv/"]');
    expect(steps({ 'index.html': '' })).toContain('COPY [".", "/srv/"]');
  });

  it.each([
    ['nothing that is known', { 'a.txt': '' }, /package\.json, requirements\.txt.*index\.html/],
    ['Ruby', { Gemfile: 'gem "rails"' }, /Ruby/],
    ['a program whose start is not known', { 'package.json': pkg({ name: 'library' }) }, /how Node\.js is started/],
  ])('%s is refused, with what to do', (_, files, reason) => {
    expect(made(files as unknown as Files)).toMatchObject({
      reason: expect.stringMatching(reason),
      fix: expect.stringMatching(/./),
    });
  });
});

describe('the .dockerignore beside it', () => {
  function leavesOut(files: Files, given?: Given): (path: string) => boolean {
    const result = made(files, given);
    if ('reason' in result) throw new Error(result.reason);
    return parseIgnore(result.dockerignore).ignores;
  }

  it('leaves out what git leaves out, wherever its rules stand', () => {
    const files = {
      '.gitignore': '# rules\n*.log\n/secret.json\n!keep.log\nservices/api/cache/\nservices/web/x\n',
      'services/api/.gitignore': 'tmp/\n/own.txt\ndeep/**/x\n',
      'services/api/package.json': EXPRESS,
    };
    const out = leavesOut(files, { path: 'services/api' });
    const paths = [
      'a.log',
      'deep/a.log',
      'cache/a',
      'tmp/a',
      'deep/tmp/a',
      'own.txt',
      'deep/1/2/x',
      'node_modules/a',
      '.env',
    ];
    expect(paths.filter((path) => !out(path))).toEqual([]);
    expect(['keep.log', 'secret.json', 'deep/own.txt', 'x', 'server.js'].filter(out)).toEqual([]);
  });

  it('leaves out what the build makes anew, and takes what only git would leave out', () => {
    const files = { 'package.json': EXPRESS, '.gitignore': 'dist\n' };
    expect(leavesOut(files, { config: { build: { command: 'make', output: ['dist'], env: [] } } })('dist/a.js')).toBe(
      true,
    );
    const plain = { 'index.html': '', '.gitignore': 'public\n' };
    expect(leavesOut(plain, { config: { build: { output: ['public'], env: [] } } })('public/a.js')).toBe(false);
  });
});
