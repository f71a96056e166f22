import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { parseDuration } from '../../src/core/duration.ts';
import { DeployerError } from '../../src/core/errors.ts';
import { catalog } from './catalog.ts';
import { MINIMAL } from './reading.ts';

const runs = process.env['DEPLOYER_LONG'] ? 50_000 : 1_000;
vi.setConfig({ testTimeout: 60 * runs });

/** Reads a text; anything but a config or an error of ours with a place is a failure of the test. */
async function survives(text: string): Promise<void> {
  try {
    await parseConfig(text, { file: '/p/deploy.config.yaml', environment: { X: 'x' }, drivers: catalog() });
  } catch (error) {
    expect(error).toBeInstanceOf(DeployerError);
    const { findings } = (error as DeployerError).failure;
    const lines = text.split('\n');
    for (const { place } of findings ?? []) {
      expect(place?.line).toBeLessThanOrEqual(lines.length);
      expect(place?.column).toBeLessThanOrEqual((lines[(place?.line ?? 0) - 1]?.length ?? 0) + 2);
    }
  }
}

const word = fc.constantFrom(
  'version',
  'project',
  'services',
  'api',
  'path',
  'health',
  'environments',
  'dev',
  'mode',
  'env',
  'build',
  'after',
  'defaults',
  'local',
  ': ',
  ':',
  '\n',
  '\n  ',
  '\n    ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  "'",
  '|',
  '>',
  '&a',
  '*a',
  '!!str',
  '!x',
  '%YAML 1.1',
  '---',
  '...',
  '#',
  '<<',
  '?',
  '\t',
  '1',
  'true',
  '~',
  '__proto__',
  '${env:X}',
  '${env:',
  '\\u0000',
  '\u00e9',
  '5m',
  '@',
  '`',
); // prettier-ignore

describe('the config parser', () => {
  test('answers or refuses any text', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), survives), { numRuns: runs });
  });

  test('answers or refuses any arrangement of what configs are made of', async () => {
    const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));
    await fc.assert(fc.asyncProperty(text, survives), { numRuns: runs });
  });

  test('answers or refuses any change of a right config', async () => {
    const change = fc.tuple(
      fc.nat(MINIMAL.length),
      fc.nat(4),
      fc.oneof(word, fc.string({ unit: 'binary', maxLength: 4 })),
    );
    const text = fc
      .array(change, { minLength: 1, maxLength: 4 })
      .map((changes) => changes.reduce((all, [at, cut, put]) => all.slice(0, at) + put + all.slice(at + cut), MINIMAL));
    await fc.assert(fc.asyncProperty(text, survives), { numRuns: runs });
  });

  test('answers or refuses any JSON in place of any section', async () => {
    const section = fc.constantFrom(
      'services',
      'environments',
      'databases',
      'defaults',
      'state',
      'notifications',
      'secret_commands',
      'project',
    );
    const text = fc
      .tuple(section, fc.jsonValue({ maxDepth: 4 }))
      .map(([key, value]) => JSON.stringify({ ...{ version: 1, project: 'a' }, [key]: value }));
    await fc.assert(fc.asyncProperty(text, survives), { numRuns: runs });
  });

  test('completes or refuses any service and database under any override', async () => {
    const pick = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const service = fc.record({
      driver: pick('local', 'docker'),
      build: pick<unknown>('make', { output: 'dist' }, { command: 'make', env: ['A'] }, { output: ['a', 'b'] }),
      start: pick('node x'),
      release_command: pick('node migrate'),
      health: pick<unknown>(
        '/',
        false,
        { path: '/a', status: 204 },
        { tcp: true },
        { tcp: 1 },
        { command: 'x' },
        { timeout: '1s' },
        { body: 'b' },
      ),
      after: pick<unknown>([], ['web'], ['api']),
      env: pick<unknown>([], ['A', { key: 'B', optional: true }]),
      docker: pick<unknown>({}, { hosts: ['a'] }, { port: 'x' }),
    });
    const database = fc.record({
      migrations: pick<unknown>(
        {},
        { path: 'db' },
        { engine: 'knex', options: { a: { b: 1 } } },
        { strategy: 'manual' },
      ),
    });
    const text = fc
      .record({ api: service, over: service, main: database, other: database })
      .map(({ api, over, main, other }) =>
        JSON.stringify({
          version: 1,
          project: 'a',
          services: { api: { path: 'api', ...api }, web: { path: 'web' } },
          databases: { main: { connection_env: 'D', ...main } },
          environments: {
            dev: { mode: 'dev' },
            prod: {
              mode: 'production',
              services: { api: over },
              databases: { main: { ...other, connection_env: 'E' } },
            },
          },
        }),
      );
    await fc.assert(fc.asyncProperty(text, survives), { numRuns: runs });
  });

  test('reads durations as sums of their parts, and nothing else', () => {
    const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
    const part = fc.tuple(fc.nat(10_000), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const total = parts.reduce((sum, [amount, unit]) => sum + amount * units[unit], 0);
        expect(parseDuration(parts.map(([amount, unit]) => `${amount}${unit}`).join(''))).toBe(total);
      }),
      { numRuns: runs },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
      { numRuns: runs },
    );
  });
});
