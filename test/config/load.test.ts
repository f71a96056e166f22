import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { digestBytes } from '../../src/core/digest.ts';
import { catalog } from './catalog.ts';
import { MINIMAL } from './reading.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deployer-load-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const load = (name: string) => loadConfig({ file: join(folder, name), environment: {}, drivers: catalog() });

const refusal = (reason: string, fix: string) =>
  expect.objectContaining({
    failure: expect.objectContaining({
      code: 'INVALID_CONFIG',
      stage: 'config',
      reason: expect.stringContaining(reason),
      fix: expect.stringContaining(fix),
    }),
  });

describe('a config file', () => {
  test('is read, with the folder it stands in as the project folder and a digest of its bytes', async () => {
    await writeFile(join(folder, 'c.yaml'), `\ufeff${MINIMAL}`);
    const { config } = await load('c.yaml');
    expect(config).toMatchObject({
      file: join(folder, 'c.yaml'),
      root: folder,
      digest: digestBytes(`\ufeff${MINIMAL}`),
    });
  });

  test('may be reached by a link', async () => {
    await writeFile(join(folder, 'real.yaml'), MINIMAL);
    await symlink('real.yaml', join(folder, 'c.yaml'));
    expect((await load('c.yaml')).config.project).toBe('shop');
  });

  test('that is missing names the command that writes one', async () => {
    await expect(load('c.yaml')).rejects.toEqual(refusal('does not exist', 'deployer init'));
    await expect(load('c.yaml/x')).rejects.toEqual(refusal('does not exist', 'deployer init'));
  });

  test('is refused as a folder, a named pipe or a device', async () => {
    await mkdir(join(folder, 'sub'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await symlink('/dev/zero', join(folder, 'zero'));
    for (const name of ['sub', 'pipe', 'zero'])
      await expect(load(name)).rejects.toEqual(refusal('regular file', '--config'));
  });

  test('is refused over 1 MiB, and taken at 1 MiB', async () => {
    const room = (1 << 20) - MINIMAL.length;
    await writeFile(join(folder, 'full.yaml'), `${MINIMAL}#${'x'.repeat(room - 1)}`);
    await writeFile(join(folder, 'over.yaml'), `${MINIMAL}#${'x'.repeat(room)}`);
    await writeFile(join(folder, 'huge.yaml'), 'a'.repeat(10_000_000));
    expect((await load('full.yaml')).config.project).toBe('shop');
    await expect(load('over.yaml')).rejects.toEqual(refusal('larger than 1 MiB', 'Split'));
    await expect(load('huge.yaml')).rejects.toEqual(refusal('larger than 1 MiB', 'Split'));
  });

  test('is refused when it is not UTF-8', async () => {
    await writeFile(join(folder, 'latin.yaml'), Buffer.from('project: caf\xe9', 'latin1'));
    await writeFile(join(folder, 'utf16.yaml'), Buffer.from(`\ufeff${MINIMAL}`, 'utf16le'));
    await expect(load('latin.yaml')).rejects.toEqual(refusal('not UTF-8', 'UTF-8'));
    await expect(load('utf16.yaml')).rejects.toEqual(refusal('not UTF-8', 'UTF-8'));
  });
});
