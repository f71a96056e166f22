import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as habits from './support/architecture/habits.ts';
import { cycles, libraryBreaches, rankBreaches } from './support/architecture/layers.ts';
import { parseSource, readSources, type SourceFile } from './support/architecture/source.ts';

/** Libraries that more than one place may import, and why. */
const SHARED_LIBRARIES: Readonly<Record<string, string>> = {
  zod: 'the config and every driver check their own options',
};

/** Libraries that only the build needs, since what is used of them lies in dist/: whoever installs the tool gets no more. */
const BUNDLED = /^@aws-sdk\/|^@babel\/parser$|^yazl$/;

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const listed = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.devDependencies).filter((name) => BUNDLED.test(name)),
];
const sources = readSources(fileURLToPath(new URL('../src', import.meta.url)));

describe('the source', () => {
  test('is there', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  test('imports only from lower ranks, and drivers not from each other', () => {
    expect(rankBreaches(sources)).toEqual([]);
  });

  test('has no rings of imports', () => {
    expect(cycles(sources)).toEqual([]);
  });

  test('imports each library in one place, and only listed ones', () => {
    expect(libraryBreaches(sources, { listed, shared: SHARED_LIBRARIES })).toEqual([]);
  });

  test(`has no file over ${habits.LONGEST_FILE} lines`, () => {
    expect(habits.longFiles(sources)).toEqual([]);
  });

  test(`has no function over ${habits.LONGEST_FUNCTION} lines`, () => {
    expect(habits.longFunctions(sources)).toEqual([]);
  });

  test('has no names without a subject', () => {
    expect(habits.emptyNames(sources)).toEqual([]);
  });

  test('has no default exports', () => {
    expect(habits.defaultExports(sources)).toEqual([]);
  });

  test('ends the process only in programs', () => {
    expect(habits.exits(sources)).toEqual([]);
  });

  test('prints only in reporters', () => {
    expect(habits.prints(sources)).toEqual([]);
  });

  test('is pure in core and planner', () => {
    expect(habits.impurities(sources)).toEqual([]);
  });

  test('passes no bare booleans', () => {
    expect(habits.booleanArguments(sources)).toEqual([]);
  });

  test('declares no call of AWS that nothing makes', () => {
    expect(habits.unusedCalls(sources)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  test.each([
    ['config/a.ts', "import '../plan/b.ts';"],
    ['core/a.ts', "import type { B } from '../config/b.ts';"],
    ['core/a.ts', "type B = import('../state/b.ts').B;"],
    ['plan/a.ts', "export * from '../state/b.ts';"],
    ['plan/a.ts', "const b = await import('../runtime.ts');"],
    ['workflows/a.ts', "import '../cli/b.ts';"],
    ['server/a.ts', "import '../cli/b.ts';"],
    ['drivers/docker/a.ts', "import '../local/b.ts';"],
    ['drivers/docker/deep/a.ts', "import '../../local/b.ts';"],
    ['drivers/catalog.ts', "import './local/driver.ts';"],
    ['drivers/upload/a.ts', "import '../local/b.ts';"],
    ['config/a.ts', "import '../nowhere/b.ts';"],
    ['nowhere/a.ts', ''],
  ])('see a breach of rank: %s %s', (path, text) => {
    expect(rankBreaches([parseSource(path, text)])).toEqual([expect.stringMatching(new RegExp(`^src/${path}:1 `))]);
  });

  test.each([
    ['plan/a.ts', "import '../core/b.ts'; import './deep/c.ts'; import 'node:path';"],
    ['workflows/a.ts', "import '../runtime.ts'; import '../plan/b.ts'; import '../core/c.ts';"],
    ['cli/a.ts', "import '../workflows/b.ts'; import './deep/c.ts';"],
    ['drivers/catalog.ts', "import './registry.generated.ts';"],
    ['drivers/docker/deep/a.ts', "import '../driver.ts'; import '../../shared-by-drivers.ts';"],
    ['drivers/netlify/a.ts', "import '../upload/b.ts';"],
  ])('let pass what is allowed: %s %s', (path, text) => {
    expect(rankBreaches([parseSource(path, text)])).toEqual([]);
  });

  test('see a ring, also one of types, and name its files', () => {
    const files = [
      parseSource('core/a.ts', "import './b.ts';"),
      parseSource('core/b.ts', "\nimport { type C } from './c.ts';"),
      parseSource('core/c.ts', "import './a.ts';"),
      parseSource('core/d.ts', "import './a.ts';"),
    ];
    expect(cycles(files)).toEqual(['src/core/c.ts:1 closes a ring: core/a.ts → core/b.ts → core/c.ts → core/a.ts']);
  });

  test('see no ring where a table loads what it names when it is come to', () => {
    const table = parseSource('cli/table.ts', "const load = () => import('./commands/plan.ts');");
    const command = parseSource('cli/commands/plan.ts', "import { load } from '../table.ts';");
    expect(cycles([table, command])).toEqual([]);
  });

  test('see a library in two places, and one that is not listed', () => {
    const files = [
      parseSource('plan/a.ts', "import 'chalk';"),
      parseSource('report/b.ts', "import '@scope/x/y';\nimport 'chalk';"),
    ];
    expect(libraryBreaches(files, { listed: ['chalk'], shared: {} })).toEqual([
      'src/report/b.ts:1 imports @scope/x, which is not among the dependencies',
      'src/report/b.ts:2 imports chalk, which has its place at src/plan/a.ts:1',
    ]);
    expect(libraryBreaches(files, { listed: ['chalk', '@scope/x'], shared: { chalk: 'why' } })).toEqual([]);
  });

  test.each<[string, (sources: readonly SourceFile[]) => string[], string, string]>([
    ['a long file', habits.longFiles, 'plan/a.ts', '\n'.repeat(301)],
    ['a long function', habits.longFunctions, 'plan/a.ts', `const a = () => {\n${'b;\n'.repeat(60)}};`],
    ['a long method', habits.longFunctions, 'plan/a.ts', `class A { m() {\n${'b;\n'.repeat(60)}} }`],
    ['an empty file name', habits.emptyNames, 'plan/utils.ts', ''],
    ['an empty folder name', habits.emptyNames, 'plan/common/a.ts', ''],
    ['a default export', habits.defaultExports, 'plan/a.ts', 'export default 3;'],
    ['a default export by name', habits.defaultExports, 'plan/a.ts', 'const a = 3; export { a as default };'],
    ['an exit', habits.exits, 'workflows/a.ts', 'process.exit(1);'],
    ['a print', habits.prints, 'state/a.ts', "console.log('x');"],
    ['the clock', habits.impurities, 'plan/a.ts', 'const now = Date.now();'],
    ['the date', habits.impurities, 'core/a.ts', 'const now = new Date();'],
    ['chance', habits.impurities, 'core/a.ts', 'Math.random();'],
    ['chance from crypto', habits.impurities, 'core/a.ts', "import { randomUUID } from 'node:crypto';"],
    ['the environment', habits.impurities, 'plan/a.ts', 'process.env.HOME;'],
    ['the disk', habits.impurities, 'plan/a.ts', "import 'node:fs';"],
    ['an unused call', habits.unusedCalls, 'aws/clients/sqs.ts', 'callsOf({ listQueues: ListQueuesCommand });'],
    ['a bare boolean', habits.booleanArguments, 'plan/a.ts', 'write(file, true);'],
  ])('see %s', (_, rule, path, text) => {
    expect(rule([parseSource(path, text)])).toEqual([expect.stringMatching(/^src\/[a-z/]+\.ts:\d+ /)]);
  });

  test.each<[string, (sources: readonly SourceFile[]) => string[], string, string]>([
    [
      'a factory of short functions',
      habits.longFunctions,
      'plan/a.ts',
      `function f() {\n${'function g() {\nb;\n}\n'.repeat(30)}}`,
    ],
    ['an exit of a program', habits.exits, 'drivers/local/gateway.entry.ts', 'process.exit(1);'],
    ['a print of a reporter', habits.prints, 'report/a.ts', "console.log('x');"],
    ['a given date', habits.impurities, 'plan/a.ts', 'new Date(given);'],
    ['words in comments and texts', habits.impurities, 'plan/a.ts', "// Date.now()\nconst a = 'process.env';"],
    ['a resolved boolean', habits.booleanArguments, 'plan/a.ts', 'resolve(true); list.push(false); f({ a: true });'],
  ])('let pass %s', (_, rule, path, text) => {
    expect(rule([parseSource(path, text)])).toEqual([]);
  });
});
