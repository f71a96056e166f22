import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problems } from '../../src/config/problems.ts';
import { checkCharacters } from '../../src/config/yaml/characters.ts';
import { composeYaml } from '../../src/config/yaml/compose.ts';
import { readPlainYaml } from '../../src/config/yaml/plain.ts';
import { readValues } from '../../src/config/yaml/values.ts';

/** What the library makes of a text; a text with any problem has no values. */
function byLibrary(text: string): unknown {
  const problems = new Problems();
  const root = checkCharacters(text, problems) ? composeYaml(text, problems) : undefined;
  const values = readValues(root, (written) => written, problems);
  return problems.found.length === 0 ? JSON.stringify(values ?? null) : 'refused';
}

function agrees(text: string): 'read' | 'left' {
  const plain = readPlainYaml(text);
  if (plain === undefined) return 'left';
  expect(JSON.stringify(plain)).toBe(byLibrary(text));
  return 'read';
}

const SAMPLE = readFileSync('deploy.config.yaml', 'utf8');

const WORDS = [
  'a',
  'B_1',
  'null',
  'true',
  'False',
  '~',
  '0',
  '007',
  '12',
  '1.5',
  '1e3',
  '0x1f',
  '0o7',
  '.inf',
  '-1',
  '+1',
  '.5',
  '5m',
  '72h',
  'node server.js',
  'a - b',
  'a: b',
  'a:b',
  'a :b',
  'x #y',
  'x#y',
  '/healthz',
  './x',
  '../y',
  '.data',
  '"q"',
  "'q'",
  '"a\\n"',
  "'a''b'",
  '"a" b',
  '{}',
  '[]',
  '{ a: b }',
  '{a: b}',
  '{a:b}',
  '[a, b]',
  '[a, b,]',
  '[a,b]',
  '[ , ]',
  '{ a: [b, { c: 1 }] }',
  '{ a }',
  '{ a: , b: c }',
  '&x a',
  '*x',
  '!!str a',
  '| ',
  '>-',
  '? a',
  '- a',
  '-',
  '---',
  '...',
  '%YAML 1.1',
  '@a',
  '`a`',
  '<<',
  'sqlite:.data/x.db',
  '"sqlite:.data/x.db"',
  'http://a/b#c',
  '1:2',
  '12:30:45',
  '2020-01-01',
  '=',
  'a=b',
  '$HOME',
  '',
  ' ',
  '# c',
  'ü',
  '{ "a": b }',
  '[ \'a\' , "b" ]',
  '[a: b]',
  '{ a: b # c }',
  '{ a: "}" }',
  '[[a]]',
  '{ a: b c }',
  '"',
  "'",
  '}',
  ']',
  ',',
  'a,b',
  'a, b',
];
const KEYS = [
  'a',
  'b',
  'api',
  'B_1',
  '/api',
  'null',
  'true',
  '__proto__',
  'constructor',
  '0',
  '1a',
  'a b',
  '"a"',
  '<<',
  '- a',
  '? a',
  'a.b',
  '~',
  'y',
];

const line = fc
  .tuple(
    fc.nat(3),
    fc.constantFrom(...KEYS),
    fc.constantFrom(':', ': ', ' : ', ':  ', ''),
    fc.constantFrom(...WORDS),
    fc.constantFrom('', ' # c', '#c', ' ', '\r', '\t'),
  )
  .map(([indent, key, colon, value, end]) => `${'  '.repeat(indent)}${key}${colon}${value}${end}`);

describe('plain YAML', () => {
  test('the sample is read without the library', () => {
    expect(agrees(SAMPLE)).toBe('read');
  });

  test('made-up lines are read as the library reads them, or left to it', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\n\n', '\n# c\n'), (lines, between) => {
        agrees(lines.join(between));
      }),
      { numRuns: 3_000 },
    );
  });

  test('one value after another of every form', () => {
    const read = WORDS.flatMap((word) => KEYS.map((key) => agrees(`${key}: ${word}\nz: ${word} # c\n`)));
    expect(read.filter((answer) => answer === 'read').length).toBeGreaterThan(100);
    for (const word of WORDS)
      for (const other of WORDS) agrees(`a: [${word}, ${other}]\nb: { c: ${word}, d: ${other} }\n`);
  });

  test('a config with some of its characters changed is read as the library reads it, or left to it', () => {
    const change = fc.tuple(
      fc.nat(SAMPLE.length - 1),
      fc.constantFrom(...' \n:#{}[],\'"-?&*!|>%@`\\.0aT~<=_/'),
      fc.nat(2),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let text = SAMPLE;
        for (const [at, sign, cut] of changes) text = text.slice(0, at) + sign + text.slice(at + cut);
        agrees(text);
      }),
      { numRuns: 3_000 },
    );
  });
});
