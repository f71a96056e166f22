import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFileCache } from '../../../src/project/file-cache.ts';
import { findNeeds } from '../../../src/project/needs/find.ts';
import { openNeedsMemory } from '../../../src/project/needs/memory.ts';
import { readerOf } from '../../../src/project/needs/places.ts';
import { temporaryFolder, writeTree } from '../../support/file-tree.ts';
import { cacheFile, hashAndSave } from '../sources.ts';
import { needsIn, needsOf, short } from './detecting.ts';

const pkg = (...names: readonly string[]) =>
  JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '1'])) });

describe('what the files of a service say together', () => {
  test.each<[what: string, files: Readonly<Record<string, string>>, expected: readonly string[]]>([
    [
      'a guard wins over a default elsewhere',
      { 'a.js': 'if (!process.env.A) throw 1', 'b.js': 'go(process.env.A ?? 1)' },
      ['A'],
    ],
    [
      'a look wins over a plain read elsewhere',
      { 'a.js': 'if (process.env.A) go()', 'b.js': 'go(process.env.A)' },
      ['A?'],
    ],
    [
      'a plain read wins over a default elsewhere',
      { 'a.js': 'go(process.env.A ?? 1)', 'b.js': 'go(process.env.A)' },
      ['A'],
    ],
    [
      'a template that calls it optional wins over a plain read',
      { 'a.js': 'go(process.env.A_KEY)', '.env.example': '# A_KEY=1' },
      ['A_KEY?'],
    ],
    ['a value of the image is one', { 'a.js': 'go(process.env.A)', Dockerfile: 'FROM a\nENV A=1' }, ['A?']],
    [
      'a bundler that sets it needs none',
      { 'a.js': 'go(process.env.A)', 'next.config.js': 'module.exports = { env: { A: "1" } }' },
      [],
    ],
    [
      'a bundler that hands it on needs it',
      { 'next.config.js': 'module.exports = { env: { A: process.env.B + process.env.A } }' },
      ['A:build', 'B:build'],
    ],
    ['what runs reads it too', { 'a.js': 'go(process.env.A)', 'vite.config.ts': 'go(process.env.A)' }, ['A']],
    [
      'what platforms set is no need',
      { 'a.js': 'go(process.env.PORT, process.env.VERCEL_URL, process.env.npm_package_version)' },
      [],
    ],
    ['a package alone', { 'package.json': pkg('@anthropic-ai/sdk', 'koa') }, ['ANTHROPIC_API_KEY']],
    [
      'a package whose usual variable has another name here',
      { 'package.json': pkg('mongodb'), 'a.js': 'go(process.env.MONGO_CONNECTION)' },
      ['MONGO_CONNECTION'],
    ],
    ['packages that also do without', { 'package.json': pkg('next-auth') }, ['NEXTAUTH_SECRET', 'NEXTAUTH_URL?']],
    [
      'tests, tools and other programs',
      {
        'package.json': '{}',
        'a.test.js': 'go(process.env.A)',
        'playwright.config.js': 'go(process.env.B)',
        'tools/x/package.json': '{}',
        'web/package.json': '{}',
        'web/a.js': 'go(process.env.C)',
      },
      [],
    ],
  ])('%s', async (_, files, expected) => {
    expect(short(await needsOf(files))).toEqual(expected);
  });

  test('evidence names the places that need it most first, and each once', async () => {
    const files = {
      'z.js': 'if (!process.env.STRIPE_SECRET_KEY) throw 1',
      'a.js': 'go(process.env.STRIPE_SECRET_KEY, process.env.STRIPE_SECRET_KEY)',
      '.env.sample': '\nSTRIPE_SECRET_KEY=',
      'package.json': pkg('stripe'),
    };
    expect((await needsOf(files))[0]?.evidence).toEqual([
      'z.js:1 process.env.STRIPE_SECRET_KEY',
      'a.js:1 process.env.STRIPE_SECRET_KEY',
      '.env.sample:2',
      'package.json stripe',
    ]);
  });

  test('no value of a template or a default is ever in it', async () => {
    const found = await needsOf({
      '.env.example': 'A_KEY=hunter2',
      'a.js': 'go(getEnv("A_KEY", "hunter3"), process.env.B_KEY ?? "hunter4")',
      Dockerfile: 'FROM a\nENV A_KEY=hunter5',
    });
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain('hunter');
  });

  test('schemas that another file applies are read too', async () => {
    const found = await needsOf({
      'schema.ts': 'import { z } from "zod"; export const envSchema = z.object({ A_KEY: z.string() })',
      'app.ts': 'import Joi from "joi"; forRoot({ validationSchema: Joi.object({ B_KEY: Joi.string().required() }) })',
      'env.ts': 'import { IsUrl } from "class-validator"; export class Env { @IsUrl() C_KEY!: string }',
      'model.ts': 'import { z } from "zod"; export const order = z.object({ D_KEY: z.string() })',
    });
    expect(short(found)).toEqual(['A_KEY', 'B_KEY', 'C_KEY']);
  });

  test('variables that one file hands to others are read where those read them', async () => {
    const found = await needsOf({
      'src/env.ts': 'export const env = process.env; export default env;',
      'src/own/index.js': 'const e = process.env; export { e as env };',
      'src/made.ts': 'export const env = { D_KEY: 1 };',
      'src/a.ts': 'import { env } from "./env"; connect(env.A_KEY!); go(import.meta.env.DEV);',
      'src/b/b.js':
        'import myEnv from "../env.js"; import { env } from "../own"; const { B_KEY = 1 } = myEnv; go(env.C_KEY, B_KEY);',
      'src/c.ts': 'import { env } from "./made"; import { env as env2 } from "pkg"; go(env.D_KEY, env2.E_KEY);',
    });
    expect(short(found)).toEqual(['A_KEY', 'B_KEY?', 'C_KEY']);
    expect(found[0]?.evidence).toEqual(['src/a.ts:1 process.env.A_KEY']);
  });

  test('what lies in the folder of another service is its own', async () => {
    const root = temporaryFolder();
    writeTree(root, { 'a.js': 'go(process.env.A)', 'api/a.js': 'go(process.env.B)' });
    expect(short(await needsIn(root, '.', ['', 'api/']))).toEqual(['A']);
    expect(short(await needsIn(root, 'api', ['', 'api/']))).toEqual(['B']);
  });
});

test('files that were read before are not read again, by their digests', async () => {
  const root = temporaryFolder();
  writeTree(root, {
    'a.js': 'go(process.env.A)',
    'b.py': 'os.environ["B"]',
    'c.js': 'go()',
    'd.js': 'export const env = process.env',
    'e.js': 'import { env } from "./d.js"; go(env.E_KEY)',
    'package.json': pkg('stripe'),
  });
  const { files } = hashAndSave(root);
  const look = () => {
    const cache = openFileCache(cacheFile(root));
    const request = { root, folder: '', others: [], files, memory: openNeedsMemory(cache) };
    return findNeeds(request).then((needs) => ({ needs, save: () => cache.save(root) }));
  };
  const first = await look();
  first.save();
  for (const name of ['a.js', 'b.py', 'c.js', 'd.js', 'e.js', 'package.json']) rmSync(join(root, name));
  expect((await look()).needs).toEqual(first.needs);
  expect(short(first.needs)).toEqual(['A', 'B', 'E_KEY', 'STRIPE_SECRET_KEY']);
});

test.each<[string, string | undefined]>([
  ['src/a.ts', 'run'],
  ['next.config.mjs', 'build'],
  ['src/app/docs/page.tsx', 'run'],
  ['docs/a.js', undefined],
  ['src/__tests__/a.js', undefined],
  ['a_test.go', undefined],
  ['test_a.py', undefined],
  ['types.d.ts', undefined],
  ['.storybook/main.js', undefined],
  ['eslint.config.js', undefined],
  ['vitest.config.ts', undefined],
  ['prisma/seed.ts', undefined],
  ['config/database.yml', 'run'],
  ['other.yml', undefined],
  ['.env.example', 'run'],
  ['packages/a/.env.example', undefined],
  ['README.md', undefined],
])('%s is read for %s', (path, when) => {
  expect(readerOf(path)?.when).toBe(when);
});
