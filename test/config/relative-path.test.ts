import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizePath } from '../../src/config/relative-path.ts';
import { complaints, FRAME } from './reading.ts';

describe('a path from the config', () => {
  test.each([
    ['a/b', 'a/b'],
    ['./a//b/./c/', 'a/b/c'],
    ['.', '.'],
    ['./', '.'],
    ['.deployer', '.deployer'],
    ['...', '...'],
    ['größe/日本', 'größe/日本'],
    ['with space/x', 'with space/x'],
    ['@scope/pkg', '@scope/pkg'],
    ['100%/x', '100%/x'],
  ])('%j is %j in its plain form', (written, plain) => {
    expect(normalizePath(written)).toBe(plain);
  });

  const REFUSED = [
    '',
    ' ',
    ' a',
    'a ',
    '/',
    '/etc',
    '//a',
    '~',
    '~/a',
    '..',
    '../a',
    'a/..',
    'a/../b',
    './../a',
    'a\\b',
    '\\\\host\\share',
    'C:',
    'c:/a',
    'C:\\a',
    'a\0b',
    'a\nb',
    'a\u001bb',
    '%2e%2e/a',
    '%2E%2E/a',
    'a/%2e%2e',
    'a%2fb',
    'a%5Cb',
    'a%00',
    '-rf',
    '--flag',
    './-rf',
    './~',
    './C:/a',
    'a /b',
    '.. /a',
    '．．/a',
    '‥/a',
    '…/a',
    'a／b',
    'a∕b',
    'a⁄b',
    'a＼b',
    'a﹨b',
    '․․/a',
    'a\u202eb',
    'a\u200bb',
    '\ufeffa',
    'a\ud800b',
    'con',
    'CON',
    'a/nul.txt',
    'COM1',
    'lpt9.log',
    `${'a'.repeat(256)}`,
    `${'ä'.repeat(128)}`,
    'a/'.repeat(600),
  ]; // prettier-ignore

  test.each(
    REFUSED.map((written) => [JSON.stringify(written).slice(0, 40), written]),
  )('%s is refused', (_, written) => {
    expect(normalizePath(written)).toBeUndefined();
  });

  test.each(['path', 'build: { output', 'output list', 'state', 'migrations'])('is held to it in %s', async (place) => {
    const texts: Record<string, string> = {
      path: `services: { api: { path: "../x" } }`,
      'build: { output': `services: { api: { path: a, build: { output: "../x" } } }`,
      'output list': `services: { api: { path: a, build: { output: [a, "../x"] } } }`,
      state: `${FRAME.services}state: { path: "../x" }`,
      migrations: `databases: { d: { connection_env: D, migrations: { path: "../x" } } }`,
    };
    expect(await complaints(`${FRAME.head}${texts[place]}\n${FRAME.environments}`)).toEqual([
      expect.stringContaining('stays inside its folder'),
    ]);
  });

  test('never leads out of its folder, whatever it is made of', () => {
    const pieces = fc.constantFrom('..', '.', '/', '\\', 'a', '%2e', '．', '\0', ' ', '~', 'C:', '-', '…');
    const written = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(written, (text) => {
        const plain = normalizePath(text);
        if (plain === undefined) return;
        const resolved = posix.resolve('/root/folder', plain);
        expect(resolved === '/root/folder' || resolved.startsWith('/root/folder/')).toBe(true);
        expect(plain).not.toMatch(/\\|\0|(^|\/)\.\.(\/|$)|^\//);
        expect(normalizePath(plain)).toBe(plain);
      }),
      { numRuns: 2_000 },
    );
  });
});
