import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextFinder } from '../../src/artifacts/find-texts.ts';
import { searchOutput } from '../../src/artifacts/search-output.ts';
import { openArtifactStore } from '../../src/artifacts/store.ts';
import { errorOf, temporaryFolder, writeTree } from '../support/file-tree.ts';
import { CANARIES, encodingsOfCanary } from '../support/leaks.ts';

/** From few letters, so that texts overlap and begin alike. */
const letters = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength, maxLength });

describe('texts in files', () => {
  test('are found exactly where they are, however the bytes come', () => {
    fc.assert(
      fc.property(
        fc.array(letters(8, 14), { maxLength: 4 }),
        letters(0, 200),
        fc.array(fc.tuple(fc.nat(200), fc.nat(3))),
        fc.array(fc.nat(400)),
        (texts, around, insertions, cuts) => {
          const file = insertions.reduce((text, [at, which]) => {
            return text.slice(0, at) + (texts[which] ?? '') + text.slice(at);
          }, around);
          const found = new Set<string>();
          const read = new TextFinder(texts.map((text) => ({ name: text, bytes: Buffer.from(text) }))).read((name) =>
            found.add(name),
          );
          const ends = [...cuts.filter((cut) => cut < file.length).sort((a, b) => a - b), file.length];
          ends.forEach((end, index) => {
            read(Buffer.from(file.slice(ends[index - 1] ?? 0, end)));
          });
          expect(found).toEqual(new Set(texts.filter((text) => file.includes(text))));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what a build made', () => {
  const long = CANARIES.filter(({ value }) => value.length >= 8);

  test.each(
    long.flatMap(({ name, value }) => encodingsOfCanary(value).map((one) => [name, ...one] as const)),
  )('is refused with the value %s in the encoding %s', (_, __, text) => {
    const sought = new Map(long.map(({ name, value }) => [name, value]));
    const watch = searchOutput('web', sought);
    watch.open('app.js')(Buffer.from(`const a="${text}"`));
    expect(() => watch.close()).toThrow(/app\.js/);
  });

  test('is refused with a database password alone, or one line of a key, but not with what all keys begin with', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'}\n-----END PRIVATE KEY-----\n`;
    const sought = new Map([
      ['DATABASE_URL', 'postgres://app:pa55word-x@db/app'],
      ['SIGNING_KEY', key],
      ['OLD_URL', 'postgres://app:password@db/old'],
    ]);
    const read = (text: string) => {
      const watch = searchOutput('web', sought);
      watch.open('app.js')(Buffer.from(text));
      return () => watch.close();
    };
    expect(read('connect("db","app","pa55word-x")')).toThrow(/DATABASE_URL/);
    expect(read('x="MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"')).toThrow(/SIGNING_KEY/);
    expect(read('"-----BEGIN PRIVATE KEY-----"; "postgres://app:"; "db/app"; type="password"')).not.toThrow();
  });

  test('is named file by file, without a value, and does not get into the store', async () => {
    const folder = temporaryFolder();
    const large = `${' '.repeat(1024 * 1024 - 6)}sk_live_4eC39HqLyjW${' '.repeat(50)}`;
    writeTree(folder, { 'out/a.js': 'ok', 'out/x/b.js': 'k="sk_live_4eC39HqLyjW"', 'out/c.map': large });
    const store = openArtifactStore({ folder: join(folder, 'store') });
    const sought = new Map([['STRIPE_SECRET_KEY', 'sk_live_4eC39HqLyjW']]);
    const error = await errorOf(() => store.put(join(folder, 'out'), ['.'], searchOutput('web', sought)));
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      message: 'Building web failed: c.map holds the value of STRIPE_SECRET_KEY',
      failure: {
        stage: 'build',
        detail: ['c.map: STRIPE_SECRET_KEY', 'x/b.js: STRIPE_SECRET_KEY'],
        fix: expect.stringContaining('services.web.build.may_contain: [STRIPE_SECRET_KEY]'),
      },
    });
    expect(readdirSync(join(folder, 'store'), { recursive: true })).toEqual(['files']);
    expect(JSON.stringify(error)).not.toContain('4eC39HqLyjW');
  });
});
