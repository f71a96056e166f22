import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import { listSource } from '../../src/project/source.ts';
import { openSourceTree } from '../../src/project/source-tree.ts';
import { errorOf, temporaryFolder, writeTree } from '../support/file-tree.ts';
import { hasGit } from '../support/git.ts';
import { hashAndSave, hashOf, pathsOf, service } from './sources.ts';

describe('what counts as a source', () => {
  test('history, packages, the state folder and environment files never count', () => {
    const root = temporaryFolder();
    writeTree(root, {
      'a.ts': '1',
      '.git/HEAD': 'x',
      'node_modules/p/index.js': 'x',
      'deep/node_modules/p/index.js': 'x',
      '.deployer/state/1.json': 'x',
      '.env': 'S=1',
      'deep/.env.production': 'S=1',
      '.DS_Store': 'x',
      '.env.example': 'S=',
      '.env.template': 'S=',
    });
    expect([...pathsOf(hashOf(root))].sort()).toEqual(['.env.example', '.env.template', 'a.ts']);
  });

  test('ignore files hold at every level, deeper ones win, and .deployignore has the last word', () => {
    const root = temporaryFolder();
    writeTree(root, {
      '.gitignore': '*.log\n/services/api/secret\ndist\n',
      'services/api/.gitignore': '!keep.log\n',
      'services/api/.deployignore': '!dist\nlocal.ts\n',
      'services/api/keep.log': '1',
      'services/api/drop.log': '1',
      'services/api/secret': '1',
      'services/api/local.ts': '1',
      'services/api/dist/a.js': '1',
      'services/api/sub/.gitignore': 'x.ts',
      'services/api/sub/x.ts': '1',
      'services/api/sub/y.ts': '1',
    });
    const inside = pathsOf(hashOf(root, service('services/api'))).map((path) => path.slice('services/api/'.length));
    expect([...inside].sort()).toEqual([
      '.deployignore',
      '.gitignore',
      'dist/a.js',
      'keep.log',
      'sub/.gitignore',
      'sub/y.ts',
    ]);
  });

  test('a service whose own folder git ignores keeps its files, since it was named on purpose', () => {
    const root = temporaryFolder();
    writeTree(root, { '.gitignore': 'generated/', 'generated/site/index.html': '1' });
    expect(pathsOf(hashOf(root, service('generated/site')))).toEqual(['generated/site/index.html']);
  });

  test('what a platform leaves out stays out where the folder is the artifact, and .deployignore has the last word', () => {
    const root = temporaryFolder();
    writeTree(root, {
      'web/.gitignore': 'a.txt\n',
      'web/.special': 'b.txt\n/sub/c.txt\n!cache\n',
      'web/.deployignore': '!sub/c.txt\n',
      ...Object.fromEntries(
        ['a.txt', 'b.txt', 'sub/b.txt', 'sub/c.txt', 'sub/.special', 'cache/x', 'vendor/x', 'd.txt'].map((path) => [
          `web/${path}`,
          path,
        ]),
      ),
    });
    const ignores = { file: '.special', defaults: ['.special', 'cache', 'vendor', '.*ignore'] };
    const target = { ...service('web'), ignores };
    const kept = ['cache/x', 'd.txt', 'sub/c.txt'];
    expect(listSource(openSourceTree(root), target).toSorted()).toEqual(kept);
    expect(pathsOf(hashAndSave(root, target)).toSorted()).toEqual(kept.map((path) => `web/${path}`));
    expect(pathsOf(hashOf(root, target)).toSorted()).toEqual(kept.map((path) => `web/${path}`));
    const built = { ...target, build: { command: 'make', output: [], env: [] } };
    expect(pathsOf(hashOf(root, built))).toContain('web/vendor/x');
    expect(listSource(openSourceTree(root), built)).not.toContain('vendor/x');
  });

  test('outputs of a build do not count, also where git does not ignore them', () => {
    const root = temporaryFolder();
    writeTree(root, { 'web/a.ts': '1', 'web/dist/a.js': '1', 'web/src/dist/b.ts': '1', 'web/gen/x/y': '1' });
    const target = service('web', { command: 'make', output: ['dist/', 'gen/x'] });
    expect(pathsOf(hashOf(root, target))).toEqual(['web/a.ts', 'web/src/dist/b.ts']);
  });

  test('without a build command the outputs are the sources, ignored by git or not', () => {
    const root = temporaryFolder();
    writeTree(root, {
      '.gitignore': 'dist',
      'web/a.ts': '1',
      'web/dist/a.js': '1',
      'web/dist/.env': 'S=1',
      'web/one': '1',
    });
    const target = service('web', { output: ['dist', 'one', 'missing'] });
    expect(pathsOf(hashOf(root, target))).toEqual(['web/dist/a.js', 'web/one']);
  });

  test.skipIf(!hasGit())('the same files count as for git (skipped without git)', () => {
    const root = temporaryFolder();
    writeTree(root, {
      '.gitignore': 'a/**/z\n/top.txt\nbuild/\n*.tmp\n!important.tmp\nname with space\n\\#odd\n[Bb]in\n',
      'sub/.gitignore': '/local\nx?z\n!*.tmp\n',
      ...Object.fromEntries(
        ['a/z', 'a/b/z', 'a/b/c/z/f', 'top.txt', 'sub/top.txt', 'build/f', 'sub/build/f', 'f.tmp', 'important.tmp']
          .concat(['sub/f.tmp', 'name with space', '#odd', 'bin/f', 'Bin/f', 'BIN/f', 'sub/local', 'sub/deep/local'])
          .concat(['sub/xyz', 'sub/xyyz', 'ünï/cödé.ts', 'sub/deep/f.tmp'])
          .map((path) => [path, '1']),
      ),
    });
    expect([...pathsOf(hashOf(root))].sort()).toEqual(gitFiles(root));
  });

  test.skipIf(!hasGit())('random ignore files mean the same as for git (skipped without git)', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', '?b', '[ab]', '**', 'a*', 'c d');
    const body = fc.tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean());
    const pattern = fc
      .tuple(fc.constantFrom('', '', '!'), body)
      .map(([mark, [lead, parts, tail]]) => `${mark}${lead ? '/' : ''}${parts.join('/')}${tail ? '/' : ''}`);
    const rules = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
    const names = ['a', 'b', 'ab', 'c d'];
    const paths = names.flatMap((x) => names.flatMap((y) => [`${x}/f`, `${x}/${y}/f`, `${x}/${y}/ab`, `f${x}`]));
    fc.assert(
      fc.property(rules, rules, rules, (top, inA, inB) => {
        const root = mkdtempSync(join(tmpdir(), 'deployer-test-'));
        try {
          writeTree(root, Object.fromEntries(paths.map((path) => [path, '1'])));
          writeTree(root, { '.gitignore': top, 'a/.gitignore': inA, 'a/c d/.gitignore': inB });
          expect([...pathsOf(hashOf(root))].sort()).toEqual(gitFiles(root));
        } finally {
          rmSync(root, { recursive: true });
        }
      }),
      { numRuns: 25 },
    );
  });

  test('the list for the artifact has the same files, relative to the service', () => {
    const root = temporaryFolder();
    writeTree(root, { '.gitignore': '*.log', 'api/a.ts': '1', 'api/b.log': '1', 'api/sub/c': '1', 'api/l': '-> a.ts' });
    expect([...listSource(openSourceTree(root), service('api'))].sort()).toEqual(['a.ts', 'l', 'sub/c']);
  });
});

describe('the digest', () => {
  test('depends on paths, bytes, the executable bit and targets of links, and on nothing else', () => {
    const root = temporaryFolder();
    writeTree(root, { 'a.ts': 'one', 'b/c.sh': 'two', link: '-> a.ts' });
    const first = hashOf(root);
    utimesSync(join(root, 'a.ts'), 1, 1);
    expect(hashOf(root)).toEqual(first);
    const seen = new Set([first.digest]);
    const changes = [
      () => writeFileSync(join(root, 'a.ts'), 'ONE'),
      () => chmodSync(join(root, 'b/c.sh'), 0o755),
      () => writeTree(root, { 'b/d': '' }),
      () => rmSync(join(root, 'link')),
      () => symlinkSync('b', join(root, 'link')),
    ];
    for (const change of changes) {
      change();
      seen.add(hashOf(root).digest);
    }
    expect(seen.size).toBe(changes.length + 1);
  });

  test('is the same with a cold and a warm cache', () => {
    const root = temporaryFolder();
    writeTree(root, { '.gitignore': '*.log', a: '1', 'x.log': '1', 'b/c': '2', 'b/-': '3', 'b-/d': '4', l: '-> b' });
    const cold = hashAndSave(root);
    expect(hashAndSave(root)).toEqual(cold);
    expect(hashOf(root)).toEqual(cold);
  });

  test('a big file is hashed through chunks as a whole', () => {
    const root = temporaryFolder();
    const bytes = 'x'.repeat(3_000_000);
    writeTree(root, { big: bytes });
    const before = hashOf(root).digest;
    writeFileSync(join(root, 'big'), `${bytes.slice(1)}y`);
    expect(hashOf(root).digest).not.toBe(before);
  });

  test('file names with shell characters and newlines are only names', () => {
    const root = temporaryFolder();
    const names = ['$(touch X)', '`touch X`', '; touch X', '-oX', '--flag', 'a\nb', 'a\\nb', '\'"', '%2e%2e', '...'];
    writeTree(root, Object.fromEntries(names.map((name) => [name, '1'])));
    expect(pathsOf(hashOf(root))).toHaveLength(names.length);
    expect(existsSync(join(root, 'X'))).toBe(false);
  });
});

describe('what is refused', () => {
  test('every link that leaves the project is named at once; links inside are kept', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    writeTree(outside, { secret: 'S' });
    writeTree(root, {
      'api/ok': '-> ../shared/a',
      'api/loop': '-> loop',
      'api/dangling': '-> ./nowhere',
      'api/up': '-> ../../../../../etc/passwd',
      'api/absolute': `-> ${outside}/secret`,
      'api/folder': `-> ${outside}`,
      'api/gone': '-> ../../gone',
      'shared/a': '1',
    });
    const error = await errorOf(() => hashOf(root, service('api')));
    expect(error).toBeInstanceOf(DeployerError);
    const { code, reason, detail } = (error as DeployerError).failure;
    expect([code, reason]).toEqual(['INVALID_CONFIG', expect.stringContaining('services.api.path')]);
    expect(detail?.map((line) => line.split(' ')[0])).toEqual(['api/absolute', 'api/folder', 'api/gone', 'api/up']);
  });

  test('a link that leaves the project through another link is refused', async () => {
    const root = temporaryFolder();
    writeTree(root, { 'a/b/up': '-> ../..', 'api/sly': '-> ../a/b/up/../x' });
    writeTree(join(root, '..'), {});
    const outside = join(root, '../x');
    writeFileSync(outside, '1');
    onTestFinished(() => rmSync(outside, { force: true }));
    expect(await errorOf(() => hashOf(root, service('api')))).toMatchObject({ code: 'INVALID_CONFIG' });
  });

  test('sockets and pipes are refused by name, without opening them', async () => {
    const root = temporaryFolder();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const error = (await errorOf(() => hashOf(root))) as DeployerError;
    expect(error.failure.detail?.map((line) => line.split(' ')[0])).toEqual(['pipe', 'socket']);
  });

  test('a service folder that is missing, a file, or a link out of the project names the field', async () => {
    const root = temporaryFolder();
    writeTree(root, { file: '1', out: `-> ${temporaryFolder()}`, near: `-> ${root}-sibling` });
    mkdirSync(`${root}-sibling`);
    onTestFinished(() => rmSync(`${root}-sibling`, { recursive: true }));
    for (const path of ['missing', 'file', 'out', 'near', '..'])
      expect(await errorOf(() => hashOf(root, service(path))), path).toMatchObject({
        code: 'INVALID_CONFIG',
        failure: { findings: [{ path: 'services.api.path' }] },
      });
  });

  test('an output that is a link out of the project names the field', async () => {
    const root = temporaryFolder();
    writeTree(root, { 'web/dist': `-> ${temporaryFolder()}` });
    expect(await errorOf(() => hashOf(root, service('web', { output: ['dist'] })))).toMatchObject({
      failure: { code: 'INVALID_CONFIG', findings: [{ path: 'services.api.build.output' }] },
    });
  });

  test('loops of links end', () => {
    const root = temporaryFolder();
    writeTree(root, { 'a/self': '-> .', 'a/up': '-> ..', 'b/c': '-> ../d', 'd/e': '-> ../b', 'a/f': '1' });
    expect(pathsOf(hashOf(root))).toEqual(['a/f', 'a/self', 'a/up', 'b/c', 'd/e']);
  });
});

function gitFiles(cwd: string): readonly string[] {
  execFileSync('git', ['init', '-q', '--template='], { cwd });
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], { cwd, encoding: 'utf8' });
  return listed.split('\0').filter(Boolean).sort();
}
