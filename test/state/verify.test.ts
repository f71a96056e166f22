import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/core/state.ts';
import { openFileStore } from '../../src/state/file-store.ts';
import { seal, unseal } from '../../src/state/sealed.ts';
import { lockRecord, putLock, stateIn, temporaryFiles, temporaryFolder } from './support.ts';
import { entropy, numbered, numberIn } from './world.ts';

describe('state verify', () => {
  it('has nothing to say about a sound state', async () => {
    const folder = await soundState();
    expect(await stateIn({ folder }).verify()).toEqual({
      checked: { snapshots: 3, versions: 0, locks: 2 },
      findings: [],
    });
  });

  it.each([
    [
      'a torn snapshot',
      /00000002.json is not whole/,
      async (folder: string) => writeFile(join(folder, 'state/00000002.json'), '{'),
    ],
    [
      'a snapshot put in by hand',
      /was not built on/,
      async (folder: string) => reseal(folder, { previous: 'sha256:00' }),
    ],
    [
      'a snapshot of another lineage',
      /another lineage/,
      async (folder: string) => reseal(folder, { lineage: 'other' }),
    ],
    [
      'a version that is missing',
      /Version ver_7, which dev refers to, is not on record/,
      async (folder: string) => void (await refer(folder, 'ver_7')),
    ],
    [
      'a version that is damaged',
      /record of version ver_1 is not whole/,
      async (folder: string) => put(folder, 'versions/ver_1.json'),
    ],
    [
      'a name without a version',
      /name v1 stands for ver_1/,
      async (folder: string) => put(folder, 'versions/names/v1', 'ver_1\n'),
    ],
    [
      'a lock of a dead holder',
      /lock of qa .* ended without releasing/,
      async (folder: string) => putLock(openFileStore({ folder, entropy }), lockRecord({ environment: 'qa' })),
    ],
    [
      'a lock from another machine',
      /lock of qa .* nothing can be known/,
      async (folder: string) =>
        putLock(openFileStore({ folder, entropy }), lockRecord({ environment: 'qa', host: 'far' })),
    ],
    [
      'an audit log that was changed',
      /Line 1 of audit.ndjson/,
      async (folder: string) => writeFile(join(folder, 'audit.ndjson'), '{}\n'),
    ],
    [
      'a file that others can read',
      /key can be used by other users \(mode 644\)/,
      async (folder: string) => chmod(join(folder, 'key'), 0o644),
    ],
    [
      'a folder that others can use',
      /state can be used by other users \(mode 755\)/,
      async (folder: string) => chmod(join(folder, 'state'), 0o755),
    ],
    ['forgotten temporary files', /1 temporary file of writers that died/, async (folder: string) => forget(folder)],
    ['a copy for people that is behind', /state.json/, async (folder: string) => rm(join(folder, 'state.json'))],
  ])('names %s, says how to mend it, and mends nothing', async (_, message, harm) => {
    const folder = await soundState();
    await harm(folder);
    const before = await contentOf(folder);
    const { findings } = await stateIn({ folder }).verify();
    const finding = findings.find((found) => message.test(found.message));
    expect(finding?.fix).toMatch(/\w/);
    expect(await contentOf(folder)).toEqual(before);
  });
});

describe('temporary files of dead writers', () => {
  it('are swept by the next lock when they are older than an hour; younger ones may belong to a living writer', async () => {
    const folder = await soundState();
    await forget(folder);
    await writeFile(join(folder, '.tmp/young'), 'x');
    const lock = await stateIn({ folder }).lock('dev', { command: 'test', who: 'test', wait_ms: 0 });
    await lock.release();
    expect(await temporaryFiles(folder)).toEqual(['young']);
  });
});

async function soundState(): Promise<string> {
  const folder = join(await temporaryFolder(), '.deployer');
  const state = stateIn({ folder });
  const lock = await state.lock('dev', { command: 'test', who: 'test', wait_ms: 0 });
  for (let write = 0; write < 3; write++)
    await state.update('dev', (now) => numbered('dev', { n: numberIn(now) + 1 }), { lock });
  await state.createKey();
  await state.audit.append({ who: 'alice', action: 'deploy' });
  await lock.release();
  return folder;
}

async function reseal(folder: string, { previous, ...change }: { previous?: string; lineage?: string }): Promise<void> {
  const file = join(folder, 'state/00000003.json');
  const value = unseal(await readFile(file))?.value as { previous: string; document: object };
  const { bytes } = seal({ previous: previous ?? value.previous, document: { ...value.document, ...change } });
  await writeFile(file, bytes);
}

async function refer(folder: string, version: string): Promise<void> {
  const deployment = { version_id: version, releases: {} } as unknown as Deployment;
  await stateIn({ folder }).update('dev', (now) => ({
    ...numbered('dev', { n: numberIn(now) }),
    deployments: [deployment],
  }));
}

async function put(folder: string, key: string, text = '{"digest":"sha256:'): Promise<void> {
  await openFileStore({ folder, entropy }).create(key, Buffer.from(text));
}

async function forget(folder: string): Promise<void> {
  await mkdir(join(folder, '.tmp'), { recursive: true });
  const file = join(folder, '.tmp/1-dead');
  await writeFile(file, 'x', { mode: 0o600 });
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(file, longAgo, longAgo);
}

async function contentOf(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await readdir(folder, { recursive: true })) {
    const stats = await stat(join(folder, path));
    found.set(path, `${stats.mode} ${stats.isFile() ? await readFile(join(folder, path), 'hex') : ''}`);
  }
  return found;
}
