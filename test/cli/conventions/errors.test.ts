import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, BINARY, type Project, projectOf } from '../../support/project.ts';

const noNetwork = spawnSync('unshare', ['-rn', 'true']).status === 0;
const straces = spawnSync('strace', ['-V']).status === 0;

const BAD = `version: 1
project: bad
services:
  app: { path: app, helth: { path: / } }
  web: { path: app, after: [ghost], timeout: soon }
environments: { dev: { mode: dve } }
`;

describe('errors, configuration and manners', () => {
  let project: Project;

  beforeAll(async () => {
    const needy = 'services: { app: { env: [FIRST, SECOND] } }';
    const more = `  needy: { mode: staging, ${needy} }\n  guarded: { mode: staging, promote_from: [staging] }\n`;
    const files = appFiles({ environments: `  dev: { mode: dev }\n  staging: { mode: staging }\n${more}` });
    project = await projectOf({ ...files, 'bad.yml': BAD });
  });
  afterAll(() => project.dispose());

  it('38: an error has a code, a place, a fix and a page; all of a kind come at once, the whole comes last', async () => {
    const { code, stdout, stderr } = await project.run(['validate', 'bad.yml']);
    const lines = stderr.trimEnd().split('\n');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(lines.filter((line) => /^error\[INVALID_CONFIG\] bad\.yml:\d+:\d+: /.test(line))).toHaveLength(5);
    expect(lines).toContain('  fix: Did you mean "health"?');
    expect(lines.at(-2)).toBe('more: deployer help INVALID_CONFIG');
    expect(lines.at(-1)).toMatch(/: The config has 4 problems$/);
    expect((await project.ok(['help', 'INVALID_CONFIG'])).stdout).toContain('exit code:');
  });

  it('38: one problem is said once', async () => {
    await project.write(
      'one.yml',
      BAD.replace(', helth: { path: / }', '').replace(', after: [ghost], timeout: soon', ''),
    );
    const { stderr } = await project.run(['validate', 'one.yml']);
    expect(stderr.match(/environments\.dev\.mode/g)).toHaveLength(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^error\[INVALID_CONFIG\] one\.yml:6:\d+: /);
  });

  it('38: folders that are not there are told all at once, each with its place, by every command that reads them', async () => {
    const services = '  app: { path: gone }\n  web: { path: app }\n  worker: { path: lost }\n';
    const environments = '  dev: { mode: dev }\n  staging: { mode: staging, services: { web: { path: away } } }\n';
    await project.write('gone.yml', `version: 1\nproject: gone\nservices:\n${services}environments:\n${environments}`);
    const validated = await project.run(['validate', 'gone.yml']);
    expect(validated.code).toBe(2);
    expect(validated.stderr.split('\n').filter((line) => line.includes('There is no folder'))).toEqual([
      'error[INVALID_CONFIG] gone.yml:4:16: services.app.path: There is no folder gone',
      'error[INVALID_CONFIG] gone.yml:6:19: services.worker.path: There is no folder lost',
      expect.stringMatching(/gone\.yml:9:\d+: environments\.staging\.services\.web\.path: There is no folder away$/),
      expect.stringContaining('There is no folder gone, and 2 more of the kind'),
    ]);
    const planned = await project.run(['plan', '--config', 'gone.yml', '--env', 'dev', '--json']);
    expect(planned.code).toBe(2);
    expect(planned.json().findings).toHaveLength(2);
  });

  it('38: half a reference to a secret is refused before anything asks for it', async () => {
    await project.write(
      'half.yml',
      `version: 1
project: half
services: { app: { path: app } }
environments:
  dev: { mode: dev, secrets: { TOKEN: "dotenv:.env", NAME: "env:NAME#part" } }
`,
    );
    const { code, stderr } = await project.run(['validate', 'half.yml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /half\.yml:5:39: environments\.dev\.secrets\.TOKEN: .* \(expected dotenv:FILE#NAME\)\n {2}fix: Write dotenv:\.env#NAME/,
    );
    expect(stderr).toContain('fix: Write env:NAME');
    const set = await project.run(['env', 'set', 'TOKEN=dotenv:.env', '--secret', '--env', 'dev']);
    expect(set.code).toBe(2);
    expect(set.stderr).toContain('Write dotenv:.env#NAME');
  });

  it.each([
    ['nosuch', 2],
    ['deploy --bogus', 2],
    ['deploy --canary 200', 2],
    ['deploy --env nowhere', 6],
    ['deploy --service ap', 6],
    ['deploy --env guarded', 4],
    ['deploy --plan nofile', 6],
    ['plan --config nofile.yaml', 2],
    ['validate bad.yml', 2],
    ['validate --env needy', 4],
    ['rollback --env dev', 6],
    ['resume', 6],
    ['env set X', 2],
    ['env unset NOPE', 6],
    ['env create dev --from dev', 4],
    ['env destroy dev', 5],
    ['version show nosuch', 6],
    ['logs', 6],
  ])('38: %s is told calmly: nothing twice, the fix above, what happened last', async (line, exit) => {
    const { code, stdout, stderr } = await project.run([...line.split(' '), '--no-input']);
    const lines = stderr.trimEnd().split('\n');
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(new Set(lines).size).toBe(lines.length);
    const fixes = lines.filter((text) => /^ *fix: /.test(text)).map((text) => text.trim());
    expect(fixes.length).toBeGreaterThan(0);
    expect(new Set(fixes).size).toBe(fixes.length);
    expect(lines.at(-2)).toMatch(/^more: deployer help [A-Z_]+$/);
    expect(lines.at(-1)).toMatch(/^error\[[A-Z_]+\] /);
  });

  it('38: no stack without --debug', async () => {
    for (const line of ['validate bad.yml', 'nosuch', 'version show nosuch', 'plan --config nosuch.yaml --debug'])
      expect((await project.run(line.split(' '))).stderr).not.toMatch(/^ *at .*\(/m);
  });

  it('39: a flag wins over the environment, and that over the config; the tool can say which', async () => {
    const origin = async (words: readonly string[], env = {}) =>
      (await project.ok(['config', 'get', 'env', '--json', ...words], { env })).json();
    const DEPLOYER_ENV = 'staging';
    expect(await origin(['--env', 'dev'], { DEPLOYER_ENV })).toMatchObject({ value: 'dev', origin: '--env' });
    expect(await origin([], { DEPLOYER_ENV })).toMatchObject({ value: 'staging', origin: 'DEPLOYER_ENV' });
    expect(await origin([])).toMatchObject({ value: 'dev', origin: 'the only environment in mode dev' });
    expect((await project.ok(['config', 'get', 'env', '--show-origin'])).stdout).toMatch(/^dev +the only environment/m);
  });

  it('39: a deploy leaves nothing at home', async () => {
    const home = await mkdtemp(join(tmpdir(), 'deployer-home-'));
    await project.ok(['deploy'], { env: { HOME: home } });
    expect(await readdir(home)).toEqual([]);
    await rm(home, { recursive: true });
  });

  it.skipIf(!noNetwork)(
    `40: what is local works without a network${noNetwork ? '' : ' (skipped: no unshare -rn)'}`,
    () => {
      for (const line of [
        '--help',
        '--version',
        'help environment',
        'plan',
        'validate',
        'env list',
        'completion bash',
      ]) {
        const outcome = spawnSync('unshare', ['-rn', process.execPath, BINARY, ...line.split(' ')], {
          cwd: project.folder,
          encoding: 'utf8',
        });
        expect({ line, status: outcome.status, stderr: outcome.stderr }).toEqual({ line, status: 0, stderr: '' });
      }
    },
  );

  it.skipIf(!straces)(
    `40: help and version load none of the large parts${straces ? '' : ' (skipped: no strace)'}`,
    () => {
      for (const line of ['--help', '--version', 'help exit-codes', 'nosuch']) {
        const { stderr } = spawnSync(
          'strace',
          ['-f', '-e', 'trace=openat', process.execPath, BINARY, ...line.split(' ')],
          {
            cwd: project.folder,
            encoding: 'utf8',
          },
        );
        const opened = [...stderr.matchAll(/"([^"]+)"/g)].map(([, file = '']) => file);
        expect(opened.filter((file) => /node_modules|(yaml|execa|ora)\.cjs|deploy\.config/.test(file))).toEqual([]);
      }
    },
  );
});
