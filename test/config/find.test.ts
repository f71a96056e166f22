import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findConfig } from '../../src/config/find.ts';

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'deployer-find-')));
  await mkdir(join(folder, '.git'));
  await mkdir(join(folder, 'a/b'), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the config', () => {
  test.each([
    'deploy.config.yaml',
    'deploy.config.yml',
    'deploy.config.json',
  ])('is found as %s in the folder', async (name) => {
    await writeFile(join(folder, 'a', name), '');
    expect(findConfig(join(folder, 'a'))).toBe(join(folder, 'a', name));
  });

  test('is found in the nearest folder above', async () => {
    await writeFile(join(folder, 'deploy.config.yaml'), '');
    await writeFile(join(folder, 'a/deploy.config.yaml'), '');
    expect(findConfig(join(folder, 'a/b'))).toBe(join(folder, 'a/deploy.config.yaml'));
  });

  test('is not looked for above the root of the git repository', async () => {
    await writeFile(join(folder, 'deploy.config.yaml'), '');
    await writeFile(join(folder, 'a/.git'), 'gitdir: elsewhere');
    expect(() => findConfig(join(folder, 'a/b'))).toThrow('There is no deploy.config.yaml in');
  });

  test('is asked for when there is none, with the command that writes one', () => {
    expect(() => findConfig(folder)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ code: 'INVALID_CONFIG', fix: expect.stringContaining('deployer init') }),
      }),
    );
  });

  test('is not guessed between two', async () => {
    await writeFile(join(folder, 'deploy.config.yaml'), '');
    await writeFile(join(folder, 'deploy.config.json'), '');
    expect(() => findConfig(folder)).toThrow('holds 2 config files');
  });

  test('is where the caller says, from the working directory', () => {
    expect(findConfig(folder, 'x/y.yaml')).toBe(join(folder, 'x/y.yaml'));
    expect(findConfig(folder, '/abs/y.yaml')).toBe('/abs/y.yaml');
  });
});
