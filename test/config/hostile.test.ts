import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints, config, FRAME, MINIMAL } from './reading.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deployer-hostile-'));
  await build({
    entryPoints: [fileURLToPath(new URL('./reader.entry.ts', import.meta.url))],
    outfile: join(folder, 'reader.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { yaml: fileURLToPath(new URL('../../node_modules/yaml/browser/dist/index.js', import.meta.url)) },
    logLevel: 'warning',
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly answers: readonly {
    code: string;
    line?: number;
    column?: number;
    message?: string;
    ms: number;
    polluted: boolean;
  }[];
}

/** Reads the text so many times in a process of its own, as a server would that gets it again and again. */
async function readElsewhere(text: string, times: number): Promise<Outcome> {
  const file = join(folder, 'input.yaml');
  await writeFile(file, text);
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(folder, 'reader.mjs'), file, String(times)], (_, stdout) =>
      resolve({
        status: child.exitCode,
        signal: child.signalCode,
        answers: stdout.trim() === '' ? [] : JSON.parse(stdout),
      }),
    );
  });
}

const nested = (depth: number, open: string, close = '') => open.repeat(depth) + close.repeat(depth);
const bomb = (levels: number) =>
  [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from(
      { length: levels },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
    ),
  ].join('\n');

describe.each([
  ['1,000 open brackets', nested(1_000, '['), 'nested deeper than 64'],
  ['3,000 brackets', nested(3_000, '[', ']'), 'nested deeper than 64'],
  ['20,000 open brackets', nested(20_000, '['), 'nested deeper than 64'],
  ['20,000 braces', nested(20_000, '{', '}'), 'nested deeper than 64'],
  ['a megabyte of open brackets', nested(1 << 20, '['), 'nested deeper than 64'],
  ['20,000 maps in braces', nested(20_000, '{a: ', '}'), 'nested deeper than 64'],
  ['lists in lists on one line', nested(100_000, '- '), 'nested deeper than 64'],
  ['explicit keys in keys', nested(100_000, '? '), 'nested deeper than 64'],
  [
    'a staircase of maps',
    Array.from({ length: 1_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    'nested deeper than 64',
  ],
  ['an alias bomb of nine levels', bomb(9), 'expand to more than 10000'],
  ['an alias within itself', 'a: &a [*a]', 'no anchor before it'],
  ['an alias to nothing', 'a: *b', 'no anchor before it'],
  ['a NUL', 'a: b\0c', 'control character U+0000'],
  ['an escape sequence', 'a: \u001b[31mb', 'control character U+001B'],
  ['a NUL by escape', 'a: "b\\0c"', 'holds a control character'],
  ['an unknown tag', 'a: !!js/function "x"', 'A tag is not known'],
  ['a tag of its own', 'a: !secret x', 'A tag is not known'],
  ['a binary tag', 'a: !!binary aGk=', 'A tag is not known'],
  ['%YAML 1.1', '%YAML 1.1\n---\na: yes', 'Directives such as %YAML'],
  ['%TAG', '%TAG ! tag:x,2000:\n---\na: !b c', 'Directives such as %YAML'],
  ['two documents', 'a: b\n---\nc: d', 'more than one YAML document'],
  ['duplicate keys', 'a: b\na: c', '"a" is there twice'],
  ['10,000 duplicate keys', 'a: b\n'.repeat(10_000), 'there twice'],
  ['__proto__ as a key', '__proto__: { polluted: true }', '"__proto__" is not allowed'],
  [
    'constructor and prototype as keys',
    'services: { constructor: { prototype: { polluted: true } } }',
    '"constructor" is not allowed',
  ],
  ['a list as a key', '? [a]\n: b', 'A key is not a plain text'],
  ['a map as a key', '{ {a: b}: c }', 'A key is not a plain text'],
  ['an infinite number', 'a: .inf', 'not finite'],
  ['a quote that does not end', `a: "${'x'.repeat(100_000)}`, 'A character is missing'],
  ['closing brackets only', ']'.repeat(100_000), 'not valid YAML'],
  ['tabs for indentation', 'a:\n\tb: c', 'A tab'],
  ['a key of 5,000 characters', `${'k'.repeat(5_000)}: x`, 'longer than 1,024'],
])('%s', (_, text, complaint) => {
  test('is refused with a place, twenty times in one process, in less than a second', async () => {
    const { status, signal, answers } = await readElsewhere(text, 20);
    expect({ status, signal, times: answers.length }).toEqual({ status: 0, signal: null, times: 20 });
    for (const answer of answers) {
      expect(answer).toMatchObject({
        code: 'INVALID_CONFIG',
        message: expect.stringContaining(complaint),
        polluted: false,
      });
      expect(answer.line).toBeGreaterThan(0);
      expect(answer.column).toBeGreaterThan(0);
    }
    expect(Math.min(...answers.map(({ ms }) => ms))).toBeLessThan(1_000);
  });
});

describe('hostile names', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s is refused wherever it stands', async (name) => {
    const texts = [
      `${FRAME.head}services: { "${name}": { path: a } }\n${FRAME.environments}`,
      `${FRAME.head}${FRAME.services}environments: { "${name}": { mode: dev } }`,
      `${FRAME.head}${FRAME.services}environments: { dev: { mode: dev, aliases: ["${name}"], variables: { "${name}": a } } }`,
      `${FRAME.head}services: { api: { path: a, env: ["${name}"], local: { x: { "${name}": 1 } } } }\n${FRAME.environments}`,
      `version: 1\nproject: "${name}"\n${FRAME.services}${FRAME.environments}`,
    ];
    for (const text of texts) expect(await complaints(text)).not.toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('completed maps inherit nothing', async () => {
    const { environments } = await config(MINIMAL);
    const dev = environments['dev'];
    for (const map of [environments, dev?.services, dev?.databases, dev?.variables, dev?.secrets, dev?.flags]) {
      expect((map as Record<string, unknown>)['toString']).toBeUndefined();
    }
  });

  test.each([
    '; touch X',
    '$(touch X)',
    '`touch X`',
    'a\nb',
    '-oX',
    '--flag',
    '../a',
    'a b',
  ])('%j is refused as any name', async (hostile) => {
    const text = JSON.stringify(hostile);
    const wrong = await complaints(`version: 1
project: ${text}
default_environment: ${text}
defaults: { driver: ${text} }
services: { ${text}: { path: a, driver: ${text}, after: [${text}], env: [${text}], build: { env: [${text}] } } }
databases: { ${text}: { connection_env: ${text}, migration_env: ${text}, migrations: { path: a, engine: ${text} } } }
environments: { ${text}: { mode: ${text}, aliases: [${text}], promote_from: [${text}], variables: { ${text}: a }, flags: { ${text}: 1 } }, dev: { mode: dev, secrets: { ${text}: "env:A" } } }`);
    expect(wrong).toHaveLength(19);
  });

  test('hostile texts in commands are kept as their owner wrote them, and nothing is run', async () => {
    const before = await readdir('.');
    const start = 'node x; touch X; $(touch X) `touch X`';
    const { environments } = await config(
      `${FRAME.head}services: { api: { path: a, start: ${JSON.stringify(start)} } }\n${FRAME.environments}`,
    );
    expect(environments['dev']?.services['api']?.start).toBe(start);
    expect(await readdir('.')).toEqual(before);
  });
});
