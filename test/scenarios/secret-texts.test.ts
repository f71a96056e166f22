import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderSinks } from '../support/leaks.ts';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

const PASSWORD = 'p@ss/Kq4secretTextW9z';
const TEXT = 'postgres://app:${secret:env:PRODUCTION_PASSWORD|url}@db/app';

let project: Project;

beforeAll(async () => {
  const environments = `  production:
    mode: dev
    variables: { URL: "${TEXT}" }
    secret_paths: ["env:PRODUCTION_*"]
`;
  project = await projectOf(appFiles({ environments }));
  await project.write(
    'app/server.js',
    `require('node:http').createServer((_, answer) => {
       console.log('with ' + process.env.URL);
       answer.end(process.env.URL);
     }).listen(process.env.PORT, process.env.HOST);`,
  );
});

afterAll(() => project.dispose());

it('a variable with a secret in it is a secret: its value reaches the service and nothing that is kept or shown', async () => {
  const deployed = await run(['deploy', '--json']);
  expect(deployed.stderr + deployed.stdout).not.toContain('Kq4secretTextW9z');
  expect((await get(deployed.json().url)).text).toBe(`postgres://app:${encodeURIComponent(PASSWORD)}@db/app`);
  const shown = await run(['env', 'show', 'production', '--json']);
  expect(shown.json().configuration).toMatchObject({ variables: {}, secrets: { URL: TEXT } });
  const logs = await run(['logs', '--env', 'production']);
  expect(logs.stdout).toContain('with [secret]');
  const kept = folderSinks(project.path('.deployer')).filter(({ name }) => !name.includes('/local/logs/'));
  expect(kept.some(({ text }) => String(text).includes('PRODUCTION_PASSWORD|url'))).toBe(true);
  expect(kept.filter(({ text }) => String(text).includes('Kq4secretTextW9z')).map(({ name }) => name)).toEqual([]);
});

it('an environment does not refer to what it may not read, by the config or by env set', async () => {
  const refusal = { code: 'INVALID_CONFIG', reason: 'production may not read env:STAGING_KEY' };
  for (const args of [['--secret', 'KEY=env:STAGING_KEY'], ['KEY=a ${secret:env:STAGING_KEY}']]) {
    const refused = await project.run(['env', 'set', ...args, '--env', 'production', '--json']);
    expect(refused.code).toBe(2);
    expect(refused.json()).toMatchObject({ ...refusal, fix_suggestion: expect.stringContaining('secret_paths') });
  }
});

it('what was set while it was allowed stops plans from then on', async () => {
  await run(['env', 'set', '--secret', 'KEY=env:PRODUCTION_KEY', '--env', 'production', '--json']);
  await run(['env', 'set', 'TOKEN=a ${secret:env:PRODUCTION_KEY}', '--env', 'production', '--json']);
  await project.edit('deploy.config.yaml', 'PRODUCTION_*', 'PRODUCTION_PASS*');
  const checked = await project.run(['env', 'check', '--env', 'production', '--json'], environment());
  expect(checked.json().findings).toMatchObject(
    ['KEY', 'TOKEN'].map((name) => ({
      level: 'error',
      code: 'INVALID_CONFIG',
      message: `${name}: production may not read env:PRODUCTION_KEY`,
      path: `environments.production.secrets.${name}`,
    })),
  );
  const unset = await run(['env', 'unset', 'TOKEN', '--env', 'production', '--json']);
  expect(unset.json()).toMatchObject({ changed: true });
});

function environment() {
  return { env: { PRODUCTION_PASSWORD: PASSWORD, PRODUCTION_KEY: 'production-key' } };
}

async function run(args: readonly string[]) {
  const done = await project.run(args, environment());
  expect(done, done.stderr + done.stdout).toMatchObject({ code: 0 });
  return done;
}
