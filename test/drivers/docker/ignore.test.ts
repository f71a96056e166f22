import { describe, expect, it } from 'vitest';
import { parseIgnore } from '../../../src/drivers/image/build/ignore.ts';

describe('.dockerignore', () => {
  it.each([
    ['node_modules', 'node_modules', true],
    ['node_modules', 'node_modules/a/b.js', true],
    ['node_modules', 'packages/a/node_modules', false],
    ['**/node_modules', 'packages/a/node_modules/x', true],
    ['**/node_modules', 'node_modules', true],
    ['/dist/', 'dist/a.js', true],
    ['./dist', 'dist', true],
    ['a/../dist', 'dist', true],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/a.md', false],
    ['**/*.md', 'docs/deep/a.md', true],
    ['docs/**', 'docs/deep/a.md', true],
    ['docs/**', 'docs', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['*/temp*', 'sub/temporary.txt', true],
    ['*/temp*', 'temporary.txt', false],
    ['[ab]x', 'bx', true],
    ['[^ab]x', 'bx', false],
    ['a.b', 'axb', false],
    ['\\*x', '*x', true],
    ['\\*x', 'ax', false],
    ['# comment', '# comment', false],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md\n!README.md', 'other.md', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['dist\n!dist/keep', 'dist/keep/a', false],
    ['dist\r\n  build  \r\n', 'build', true],
  ])('%j and the path %s', (text, path, ignored) => {
    expect(parseIgnore(text).ignores(path)).toBe(ignored);
  });

  it('says whether a folder that is left out has to be looked into', () => {
    expect(parseIgnore('dist').readmits('dist')).toBe(false);
    expect(parseIgnore('dist\n!dist/keep').readmits('dist')).toBe(true);
    expect(parseIgnore('!**/keep\n**/node_modules').readmits('a/node_modules')).toBe(false);
  });

  it('that cannot be read is refused by name', () => {
    expect(() => parseIgnore('[b-a]x')).toThrow('[b-a]x');
  });
});
