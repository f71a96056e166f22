import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { targetOf } from '../context.ts';
import { project } from '../project.ts';

async function filesOf(files: Readonly<Record<string, string>>, options: Record<string, string> = {}) {
  return await engine.files(targetOf(await project(files), 'sqlite:x.db', { options }));
}

const messages = async (files: Readonly<Record<string, string>>) =>
  (await filesOf(files)).problems.map(({ message }) => message);

describe('files of the raw engine', () => {
  it('tells phase, down file, compatibility and risks of each', async () => {
    const { files, problems } = await filesOf({
      '0001_notes.sql': 'create table notes (id integer);',
      '0001_notes.down.sql': 'drop table notes;',
      '0002_tidy.sql': '-- deployer:compatible\ndrop table old;',
      '20260101120000-said.sql': '-- deployer:phase contract\nselect 1;',
      'README.md': 'not SQL',
    });
    expect(problems).toEqual([]);
    expect(files.map(({ checksum, ...rest }) => rest)).toEqual([
      {
        id: '0001_notes',
        path: 'db/0001_notes.sql',
        phase: 'expand',
        phase_source: 'guessed',
        has_down: true,
        compatible: true,
        risks: [],
      },
      {
        id: '0002_tidy',
        path: 'db/0002_tidy.sql',
        phase: 'contract',
        phase_source: 'guessed',
        has_down: false,
        compatible: true,
        risks: ['DROP TABLE OLD'],
      },
      {
        id: '20260101120000-said',
        path: 'db/20260101120000-said.sql',
        phase: 'contract',
        phase_source: 'said',
        has_down: false,
        compatible: false,
        risks: [],
      },
    ]);
  });

  it('gives the same checksum whatever the line ends and with or without BOM', async () => {
    const sums = await Promise.all(
      ['select 1;\nselect 2;\n', 'select 1;\r\nselect 2;\r\n', '\ufeffselect 1;\nselect 2;\n'].map(
        async (text) => (await filesOf({ '0001_a.sql': text })).files[0]?.checksum,
      ),
    );
    expect(new Set(sums).size).toBe(1);
    expect((await filesOf({ '0001_a.sql': 'select 1;\nselect 3;\n' })).files[0]?.checksum).not.toBe(sums[0]);
  });

  it.each([
    [
      'two files of one number',
      { '0001_a.sql': '', '0001_b.sql': '' },
      'db/0001_b.sql has the same number as 0001_a.sql',
    ],
    [
      'numbers that do not sort',
      { '10_b.sql': '', '9_a.sql': '' },
      'db/9_a.sql sorts behind 10_b.sql although its number is lower',
    ],
    ['a file without number', { 'notes.sql': '' }, 'db/notes.sql has no number in front'],
    [
      'a down file without its migration',
      { '0001_a.down.sql': '' },
      'db/0001_a.down.sql undoes a migration that is not there',
    ],
    [
      'a misspelt directive',
      { '0001_a.sql': '-- deployer:no-transction\n' },
      'db/0001_a.sql has a faulty directive. "deployer:no-transction" is not known. Did you mean "no-transaction"?',
    ],
  ])('reports %s', async (_, files, message) => {
    expect(await messages(files as unknown as Record<string, string>)).toEqual([message]);
  });

  it('reports bytes that are no UTF-8', async () => {
    const root = await project({});
    await writeFile(join(root, 'db/0001_a.sql'), Uint8Array.of(0x73, 0xff, 0xfe));
    const { problems } = await engine.files(targetOf(root, ''));
    expect(problems.map(({ message }) => message)).toEqual(['db/0001_a.sql cannot be read as UTF-8 text']);
  });

  it('reads nothing through links that leave the project', async () => {
    const [root, outside] = [await project({}), await project({ '0001_secret.sql': 'select 1' })];
    await symlink(join(outside, 'db/0001_secret.sql'), join(root, 'db/0001_link.sql'));
    await symlink(join(outside, 'db'), join(root, 'linked'));
    const target = targetOf(root, '');
    expect(await engine.files(target)).toMatchObject({
      files: [],
      problems: [{ message: 'db/0001_link.sql is a link out of the project' }],
    });
    expect(await engine.files({ ...target, path: 'linked' })).toMatchObject({
      files: [],
      problems: [{ message: 'linked leads out of the project' }],
    });
  });

  it('reads through links that stay in the project', async () => {
    const root = await project({});
    await mkdir(join(root, 'shared'));
    await writeFile(join(root, 'shared/a.sql'), 'select 1');
    await symlink('../shared/a.sql', join(root, 'db/0001_a.sql'));
    expect(await engine.files(targetOf(root, ''))).toMatchObject({ files: [{ id: '0001_a' }], problems: [] });
  });

  it('reads with the dialect that the options name', async () => {
    const files = { '0001_a.sql': String.raw`insert into t values ('\'; drop table t; -- ');` };
    expect((await filesOf(files, { dialect: 'mysql' })).files).toMatchObject([{ phase: 'expand' }]);
    expect((await filesOf(files, { dialect: 'postgres' })).files).toMatchObject([{ phase: 'contract' }]);
    expect((await filesOf(files, { dialect: 'oracle' })).problems).toMatchObject([
      { expected: 'dialect: postgres | mysql | sqlite' },
    ]);
  });
});
