import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { glance } from '../../../src/project/needs/glance.ts';
import { loadParser } from '../../../src/project/needs/javascript/parse.ts';
import { scanJavascript } from '../../../src/project/needs/javascript/scan.ts';
import type { FileFacts } from '../../../src/project/needs/mention.ts';
import { isOwners } from '../../../src/project/needs/names.ts';
import type { Reader } from '../../../src/project/needs/places.ts';

const reader = (ending: string, when: Reader['when'] = 'run'): Reader => ({ scanner: 'javascript', ending, when });

/** What counts of a file. */
function owners({ mentions }: FileFacts): readonly string[] {
  return mentions
    .filter(({ key }) => isOwners(key))
    .map((one) => JSON.stringify(one))
    .sort();
}

const SERVER = `import { createServer } from 'node:http';
// Where it listens is not its own business.
const limit = Number(process.env.LIMIT ?? 10), { pathname } = new URL(request.url, 'http://localhost');
open((process.env.DATABASE_URL || '').replace(/^sqlite:/, ''));
const at = process.env.VITE_AT ?? "x";
createServer().listen(process.env.PORT, process.env.HOST ?? '127.0.0.1', () => console.log(\`on \${process.env.PORT}\`));
`;

describe('a glance', () => {
  test('tells of a program that names variables in front of defaults only', () => {
    expect(glance(SERVER, reader('js'))?.mentions).toEqual([
      { key: 'LIMIT', line: 3, shown: 'process.env.LIMIT', asks: 'falls_back', when: 'run' },
      { key: 'DATABASE_URL', line: 4, shown: 'process.env.DATABASE_URL', asks: 'falls_back', when: 'run' },
      { key: 'VITE_AT', line: 5, shown: 'process.env.VITE_AT', asks: 'falls_back', when: 'build' },
    ]);
  });

  test.each([
    ['nothing', 'const environment = 1;'],
    ['what platforms set', 'listen(process.env.PORT, process.env.NODE_ENV === "test"); // any way'],
  ])('tells of a program that names %s', (_, text) => {
    expect(glance(text, reader('ts'))).toEqual({ mentions: [] });
  });

  test.each([
    ['a name without a default', 'go(process.env.A)'],
    ['a default that gives up', 'go(process.env.A ?? fail())'],
    ['a comparison', 'go(1 == process.env.A ?? 2)'],
    ['a default in a comment', 'go(1) // (process.env.A ?? 2)'],
    ['a default in a text', 'go("(process.env.A ?? 2)")'],
    ['a default in a pattern', 'go(/(process.env.A ?? 2)/)'],
    ['a default in a longer comment', '/*\n(process.env.A ?? 2)*/'],
    ['a default in a longer text', 'go(`\n(process.env.A ?? 2)`)'],
    ['a default in a text that goes on', 'go("\\\n(process.env.A ?? 2)")'],
    ['a default in a tag', 'go(<p>\n(process.env.A ?? 2)</p>)'],
    ['another name for the variables', 'const { env } = process; go(process.env.PORT, env.A)'],
    ['a function for them', 'go(process.env.PORT, getEnvString("A_KEY"))'],
    ['a schema', 'import { z } from "zod"; z.object({ A_KEY: z.string() }); process.env.PORT'],
    ['a name in disguise', 'go(process.env.PORT, process["\\u0065nv"].A)'],
  ])('leaves %s to the parser', (_, text) => {
    expect(glance(text, reader('js'))).toBeUndefined();
  });
});

/** Programs that are compared; most are not for a glance. */
const RUNS = 600;
const KEYS = ['PORT', 'NODE_ENV', 'A_KEY', 'VITE_B', 'constructor'];
const read = fc.constantFrom(...KEYS).map((key) => `process.env.${key}`);
const literal = fc.constantFrom(
  `'x'`,
  '"b"',
  '"a\\"b"',
  '10',
  '1.5',
  '`t`',
  '`${1}`',
  'fail()',
  '/re/g',
  "''.f()",
  'null',
);
const defaulted = fc
  .tuple(read, fc.constantFrom(' ?? ', ' || ', '??', '\n  ?? ', ' ??= ', ' && ', ' + ', ' == '), literal)
  .map((parts) => parts.join(''));
const OTHERS = [
  ...['x', "'process.env.A_KEY ?? 1'", '`\n(process.env.A_KEY ?? 1)`', '/[/`](process.env.A_KEY ?? 1)/', '(x\n/ 2)'],
  ...['/*\n(process.env.A_KEY ?? 1) */ 3', 'x++ / 2', '// it\n 2', '(1) / 2 / 3', "'it\\'s'", '`${x}`', 'env.A_KEY'],
  ...[
    'getEnv("A_KEY")',
    'config.get("A_KEY")',
    'globalThis.process.env.A_KEY ?? 1',
    'process.env',
    'process',
    'myEnv.A_KEY',
  ],
  ...['"\\\n(process.env.A_KEY ?? 1)"', '"\u2028(process.env.A_KEY ?? 1)"', '<p>\n(process.env.A_KEY ?? 1)</p>'],
];
const FRAMES = [
  ...['(#)', 'f(#, 1)', '[#, #]', '{ a: # }', 'a[#]', '!#', '!(#)', '1 == #', '1 <= #', 'x = #', 'x += #', '# ? # : #'],
  ...['() => #', '`${#}`', '`a${`b${#}`}c`', 'new (f(#))', 'typeof #', 'typeof (#)', '(a = #) => a', 'x && #', '1 - #'],
  ...[
    'f(#)`x`',
    'class { a = #; }',
    'function () { return # }',
    'function () { if (!#) throw 1; }',
    '(#, #)',
    'a?.[#]',
  ],
  ...[
    'String(#)',
    '{ a: { b: "}" }, c: # }',
    '`${{ a: # }}`',
    'async () => await #',
    'x / #',
    'x < #',
    '# / 2',
    '# as any',
  ],
];
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: defaulted },
    { weight: 2, arbitrary: read },
    { weight: 1, arbitrary: fc.constantFrom(...OTHERS) },
    { weight: 3, arbitrary: filled(fc.constantFrom(...FRAMES), tie('expression')) },
  ),
}));
const statement = filled(
  fc.constantFrom(
    'void (#);',
    'const c = #;',
    'let d = #\n',
    'if (#) { go(#); }',
    'export default { a: # };',
    'f(#)\n',
  ),
  expression,
);
const program = fc
  .tuple(
    fc.constantFrom(
      '',
      '',
      '',
      "// it's\n",
      'import { z } from "zod";\n',
      'const { env } = process;\n',
      'import myEnv from "./own";\n',
      '/x/.test(y);\n',
    ),
    fc.array(statement, { minLength: 1, maxLength: 3 }),
  )
  .map(([first, rest]) => first + rest.join('\n'));

/** Frames with each `#` filled, some on lines of their own. */
function filled(frames: fc.Arbitrary<string>, parts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const part = fc.tuple(parts, fc.constantFrom('', '', '\n')).map(([text, end]) => text + end);
  return fc
    .tuple(frames, fc.tuple(part, part, part))
    .map(([frame, texts]) => texts.reduce((text, one) => text.replace('#', () => one), frame));
}

describe('what a glance tells', () => {
  test('is exactly what the parser finds in the same program', async () => {
    const parse = await loadParser();
    let told = 0;
    await fc.assert(
      fc.asyncProperty(program, fc.constantFrom('js', 'ts', 'mjs'), fc.boolean(), async (text, ending, builds) => {
        const when = builds ? 'build' : 'run';
        const facts = glance(text, reader(ending, when));
        if (!facts || !parse(text, ending)) return;
        told += facts.mentions.length > 0 ? 1 : 0;
        const found = await scanJavascript(text, { ending, when });
        expect([owners(facts), facts.hands, facts.borrows]).toEqual([owners(found), found.hands, found.borrows]);
      }),
      { numRuns: RUNS },
    );
    expect(told).toBeGreaterThan(0);
  });
});
