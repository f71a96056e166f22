import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderWorld } from '../../src/core/provider.ts';
import { type AgeKey, ageKey, encrypted, hasAge, installAge } from '../support/age.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';

const suffix = hasAge() ? '' : ' (skipped: age is not installed and cannot be)';

describe.skipIf(!hasAge())(`a file of age, by the real program${suffix}`, () => {
  let world: SecretWorld;
  let key: AgeKey;
  let other: AgeKey;

  beforeAll(async () => {
    await installAge();
    [key, other] = [ageKey(), ageKey()];
  }, 120_000);

  beforeEach(async () => {
    world = await secretWorld();
    await world.write('secrets.age', encrypted('# keys\nURL="a b#c"\nPEM="one\ntwo"\nEMPTY=\n', key), 0o644);
  });

  afterEach(() => world.dispose());

  const lookUp = (reference: string, environment: ProviderWorld['environment'] = { AGE_KEY: key.text }) =>
    world.valueOf(reference, { environment });

  test('gives variables of dotenv lines and of JSON, by a key or a key file', async () => {
    await world.write('secrets.json.age', encrypted('{"URL": "from JSON", "PORT": 5432}', other, key));
    await world.write('key.txt', key.text);
    expect(await lookUp('age:secrets.age#URL')).toBe('a b#c');
    expect(await lookUp('age:secrets.age#PEM', { AGE_KEY: key.secret })).toBe('one\ntwo');
    expect(await lookUp('age:secrets.json.age#URL', { AGE_KEY_FILE: 'key.txt' })).toBe('from JSON');
    expect(await lookUp('age:secrets.json.age#PORT', { AGE_KEY_FILE: join(world.root, 'key.txt') })).toBe('5432');
    const { findings } = await world.resolve('age:secrets.age#URL', { environment: { AGE_KEY_FILE: 'key.txt' } });
    expect(findings.map(({ message }) => message)).toEqual([
      'V: the value is shorter than 6 characters and cannot be masked in logs; use a longer one',
    ]);
  });

  test('a key file that others may read is warned about', async () => {
    await world.write('key.txt', key.text, 0o644);
    const { findings } = await world.resolve('age:secrets.age#PEM', { environment: { AGE_KEY_FILE: 'key.txt' } });
    expect(findings).toMatchObject([
      { level: 'warning', message: expect.stringContaining('key.txt can be read by others') },
    ]);
  });

  test('is refused where it is not there, no file of age, damaged, or for somebody else', async () => {
    await world.write('plain.age', 'URL=hunter2\n');
    const whole = encrypted(`URL=hunter2\n${'# hunter2\n'.repeat(20_000)}`, key);
    await world.write('cut.age', whole.subarray(0, whole.length - 10));
    await world.write('list.age', encrypted('{"URL": "hunter2"', key));
    await world.write('huge.age', encrypted('hunter2'.repeat(200_000), key));
    await world.write('other.age', encrypted('URL=hunter2\n', other));
    await mkdir(join(world.root, 'folder'));
    await symlink('/etc/hostname', join(world.root, 'link.age'));
    for (const [path, code, words] of [
      ['none.age', 'MISSING_ENV', 'does not exist'],
      ['../x.age', 'INVALID_CONFIG', 'not inside the project'],
      ['link.age', 'INVALID_CONFIG', 'not inside the project'],
      ['folder', 'INVALID_ENV', 'not a plain file'],
      ['plain.age', 'INVALID_ENV', 'cannot be decrypted'],
      ['cut.age', 'INVALID_ENV', 'cannot be decrypted'],
      ['list.age', 'INVALID_ENV', 'neither JSON nor dotenv'],
      ['huge.age', 'INVALID_ENV', 'larger than 1 MiB'],
      ['other.age', 'AUTH_FAILED', 'not encrypted for this key'],
    ] as const) {
      const findings = await lookUp(`age:${path}#URL`);
      expect(findings).toMatchObject([{ code, message: expect.stringContaining(words), fix: expect.any(String) }]);
      expect(JSON.stringify(findings)).not.toContain('hunter2');
    }
    expect(await lookUp('age:secrets.age#ULR')).toMatchObject([{ code: 'MISSING_ENV', fix: 'Did you mean #URL?' }]);
    expect(await lookUp('age:secrets.age#EMPTY')).toMatchObject([{ code: 'MISSING_ENV' }]);
  });

  test('needs a key, and never shows it', async () => {
    for (const [environment, words] of [
      [{}, 'There is no key'],
      [{ AGE_KEY: 'hunter2' }, 'holds no key of age'],
      [{ AGE_KEY: 'AGE-SECRET-KEY-1HUNTER2' }, 'holds no key of age'],
      [{ AGE_KEY_FILE: 'hunter2.txt' }, 'names no file'],
    ] as const) {
      const findings = await lookUp('age:secrets.age#URL', environment);
      expect(findings).toMatchObject([{ code: 'AUTH_FAILED', message: expect.stringContaining(words) }]);
      expect(JSON.stringify(findings).toLowerCase()).not.toContain('hunter2');
    }
  });

  test('tells when age is not installed', async () => {
    expect(await lookUp('age:secrets.age#URL', { AGE_KEY: key.text, PATH: world.root })).toMatchObject([
      { code: 'COMMAND_FAILED', fix: expect.stringContaining('Install age') },
    ]);
  });

  test.each([
    'age:secrets.age',
    'age:secrets.age#URL@3',
  ])('%s has to name one variable and no version', async (reference) => {
    expect(await lookUp(reference)).toMatchObject([{ code: 'INVALID_CONFIG', fix: 'Write age:secrets.age#NAME' }]);
  });
});
