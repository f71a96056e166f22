import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const node = (args: readonly string[], cwd: string) => run(process.execPath, [...args], { cwd });

const PROGRAM = `import { createRuntime, deploy, openWorkspace, type Plan, type RunReport } from 'deployer';

const workspace = await openWorkspace(createRuntime(), { cwd: process.cwd() });
const report: RunReport = await deploy(
  workspace,
  { env: 'dev' },
  {
    approve: async (plan: Plan) => (plan.operations.length > 3 ? 'refused' : 'approved'),
    emit: (event) => console.log(event.type),
  },
);
const url: string | undefined = report.url;
// @ts-expect-error There is no such member: the types are not just anything.
console.log(url, report.nothing);
`;

describe('the package', () => {
  let folder: string;
  let manifest: { exports: { '.': { types: string } }; files: string[] };

  /** A project that has the package installed, with what the package brings. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-'));
    manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, 'deployer'), { recursive: true });
    await node([join(ROOT, 'scripts/types.js'), join(modules, 'deployer/dist/types')], ROOT);
    await writeFile(join(modules, 'deployer/package.json'), JSON.stringify(manifest));
    for (const name of (await readdir(join(ROOT, 'node_modules'))).filter((entry) => !entry.startsWith('.')))
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'program.ts'), PROGRAM);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('brings the types that it names', async () => {
    const { types } = manifest.exports['.'];
    expect(manifest.files.some((part) => types.startsWith(`./${part}/`))).toBe(true);
    expect((await readFile(join(folder, 'node_modules/deployer', types), 'utf8')).length).toBeGreaterThan(0);
  });

  it('is a library that a strict TypeScript program can use', async () => {
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
    const { stdout } = await node([join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'program.ts'], folder);
    expect(stdout).toBe('');
  });
});
