import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, BINARY, type Project, projectOf } from '../support/project.ts';

const MORE = `databases:
  main:
    connection_env: DATABASE_URL
    migrations: { engine: raw, path: db }
`;
const ENVIRONMENTS = '  staging: { mode: staging, variables: { DATABASE_URL: "sqlite:app.db" } }\n';

describe('what is written below .deployer under umask 000', () => {
  let project: Project;

  beforeAll(async () => {
    project = await projectOf({
      ...appFiles({ environments: ENVIRONMENTS, more: MORE }),
      'db/0001_notes.sql': 'CREATE TABLE notes (text TEXT);\n',
    });
    await run('deploy --env staging');
    await project.write('app/version.txt', 'two\n');
    await run('deploy --env staging --canary 10');
    await run('canary promote --env staging');
    await run('rollback --env staging');
    await project.write('app/health.txt', 'sick\n');
    await run('deploy --env staging --json', 9);
    await run('env set GREETING=hi --env staging');
  });
  afterAll(() => project.dispose());

  /** As a careless shell would start it. */
  async function run(args: string, code = 0): Promise<void> {
    const line = `umask 000; exec "${process.execPath}" "${BINARY}" ${args}`;
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    const child = spawn('/bin/sh', ['-c', line], { cwd: project.folder, env, stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('exit', resolve)), args).toBe(code);
  }

  async function below(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { withFileTypes: true });
    const inside = entries.map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? [path, ...(await below(path))] : [path];
    });
    return (await Promise.all(inside)).flat();
  }

  it('can be read and changed by its owner alone', async () => {
    const paths = [project.path('.deployer'), ...(await below(project.path('.deployer')))];
    const modes = await Promise.all(paths.map(async (path) => [path, (await stat(path)).mode & 0o777] as const));
    const open = modes.filter(([, mode]) => (mode & 0o077) !== 0).map(([path, mode]) => `${path} ${mode.toString(8)}`);
    for (const part of [
      '/state/',
      '/locks/',
      '/audit.ndjson',
      '/runs/',
      '/versions/',
      '/artifacts/',
      '/local/logs/',
      '/key',
    ])
      expect(
        paths.some((path) => path.includes(`.deployer${part}`)),
        part,
      ).toBe(true);
    expect(open).toEqual([]);
  });

  it('is whole and says so', async () => {
    expect((await project.ok(['state', 'verify', '--json'])).json()).toMatchObject({ status: 'whole', findings: [] });
  });
});
