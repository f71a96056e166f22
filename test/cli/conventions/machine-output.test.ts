import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breaches } from '../../support/conforms.ts';
import { appFiles, type Outcome, type Project, projectOf } from '../../support/project.ts';

const ENVIRONMENTS = `  dev: { mode: dev }
  staging: { mode: staging, aliases: [stage], variables: { LOG_LEVEL: info }, flags: { BETA_FORM: true } }
  production: { mode: production, promote_from: [staging] }
  preview: { mode: preview, ttl: 72h }
`;

const lines = ({ stdout }: Outcome) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('machine output', () => {
  let project: Project;
  let version: string;
  let run: string;

  beforeAll(async () => {
    const recognised = { 'app/package.json': '{"scripts":{"start":"node server.js"}}' };
    project = await projectOf({ ...appFiles({ environments: ENVIRONMENTS }), ...recognised });
    const deployed = (await project.ok(['deploy', '--env', 'staging', '--json'])).json();
    expect(breaches('run', deployed)).toEqual([]);
    [version, run] = [deployed.version_id, deployed.run_id];
  });
  afterAll(() => project.dispose());

  it.each([
    ['env list', 'env-list'],
    ['env show staging', 'env-show'],
    ['env diff staging production', 'env-diff'],
    ['env check --env dev', 'env-check'],
    ['env set LOG_LEVEL=debug --env dev', 'settings'],
    ['env unset LOG_LEVEL --env dev', 'settings'],
    ['env create pr-1 --from preview --ttl 1h', 'env-create'],
    ['env prune --dry-run', 'env-prune'],
    ['env promote staging production --plan-only', 'promotion'],
    ['env destroy staging --dry-run', 'plan'],
    ['plan --env dev', 'plan'],
    ['deploy --env staging', 'run'],
    ['validate', 'validate'],
    ['doctor', 'doctor'],
    ['status', 'status'],
    ['logs --env staging', 'logs'],
    ['open --env staging', 'open'],
    ['versions', 'versions'],
    ['runs', 'runs'],
    ['audit', 'audit'],
    ['state show', 'state-show'],
    ['state verify', 'state-verify'],
    ['migrate status --env dev', 'migrate-status'],
    ['local status', 'local-status'],
    ['config get env', 'config-get'],
    ['init --print', 'init'],
    ['help exit-codes', 'help'],
    ['schema', 'schema'],
    ['completion bash', 'completion'],
    ['--version', 'version'],
  ])('8, 10: %s --json prints one document, as output/%s says', async (line, schema) => {
    const outcome = await project.ok([...line.split(' '), '--json']);
    const document = outcome.json();
    expect(document.format).toBe(1);
    if (schema !== 'help') expect(breaches(schema, document)).toEqual([]);
  });

  it('10: so do the documents of one version and one run', async () => {
    expect(breaches('version-show', (await project.ok(['version', 'show', version, '--json'])).json())).toEqual([]);
    expect(breaches('run-show', (await project.ok(['run', 'show', run, '--json'])).json())).toEqual([]);
  });

  it('10: every command names a schema that the tool prints', async () => {
    const { commands } = (await project.ok(['help', '--json'])).json();
    const names = new Set(commands.flatMap((command: { output_schemas: string[] }) => command.output_schemas));
    for (const name of [...names, 'output/error', 'output/event'] as string[]) {
      const schema = (await project.ok(['schema', name])).json();
      expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    }
  });

  it.each([
    ['version show nosuch', 6, 'NOT_FOUND'],
    ['nosuch', 2, 'USAGE'],
    ['deploy --bogus', 2, 'USAGE'],
    ['plan --config nosuch.yaml', 2, 'INVALID_CONFIG'],
    ['deploy --env production', 4, 'GATE_REFUSED'],
    ['env destroy staging', 5, 'CONFIRMATION_NEEDED'],
  ])('9: %s --json fails with a document that says why', async (line, code, name) => {
    const outcome = await project.run([...line.split(' '), '--json']);
    expect(outcome.code).toBe(code);
    expect(outcome.json().code).toBe(name);
    expect(breaches('error', outcome.json())).toEqual([]);
  });

  it('9: a check that finds errors fails like every other command', async () => {
    await project.write(
      'needy.yaml',
      `version: 1\nproject: scenario\nservices: { app: { path: app, start: node server.js, env: [API_KEY] } }\nenvironments: { dev: { mode: dev }, staging: { mode: staging } }\n`,
    );
    for (const line of ['env check', 'validate --env dev', 'doctor']) {
      const outcome = await project.run([...line.split(' '), '--config', 'needy.yaml', '--json']);
      expect({ line, code: outcome.code, ...outcome.json() }).toMatchObject({
        line,
        code: 'MISSING_ENV',
        status: 'error',
      });
      expect(outcome.code).toBe(4);
    }
  });

  it('11: the event stream counts its lines, and ends with the result', async () => {
    await project.write('app/version.txt', 'two\n');
    const events = lines(await project.ok(['deploy', '--env', 'staging', '--events', 'ndjson']));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.every(({ format, at, type }) => format === 1 && !Number.isNaN(Date.parse(at)) && type)).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'result', status: 'success' });
    expect(events.some(({ type, journal_seq }) => type === 'operation.log' && journal_seq > 0)).toBe(true);
  });

  it.each([
    'plan --env dev',
    'deploy --env production',
    'nosuch',
    'deploy --bogus',
    'logs --env staging',
  ])('11: %s --events ndjson ends with a result too', async (line) => {
    const events = lines(await project.run([...line.split(' '), '--events=ndjson']));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1).type).toBe('result');
  });

  it('12: the same input gives the same bytes', async () => {
    for (const line of ['plan --env dev --json', 'env list --json', 'env show staging --json']) {
      const [one, two] = [await project.ok(line.split(' ')), await project.ok(line.split(' '))];
      expect(two.stdout).toBe(one.stdout);
    }
  });

  it('13: nothing is cut or wrapped to a width in a pipe', async () => {
    for (const line of ['env list', 'status', 'runs', 'plan --env dev']) {
      const [narrow, wide] = await Promise.all(
        ['20', '200'].map((COLUMNS) => project.ok(line.split(' '), { env: { COLUMNS } })),
      );
      // How long something runs is longer the second time.
      const steady = (text = '') => text.replace(/ +/g, ' ').replace(/ [\d.]+m?s /g, ' a while ');
      expect(steady(narrow?.stdout)).toBe(steady(wide?.stdout));
    }
  });

  describe('on GitHub Actions', () => {
    const onGithub = async (words: readonly string[]) => {
      const summary = project.path('summary.md');
      await writeFile(summary, '');
      const env = {
        GITHUB_ACTIONS: 'true',
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_WORKSPACE: project.folder,
        CI: 'true',
      };
      const outcome = await project.run(words, { env });
      return { ...outcome, summary: await readFile(summary, 'utf8'), size: (await stat(summary)).size };
    };

    it('14: a bad config is annotated at its lines, ten times at most, and summed up', async () => {
      const services = Array.from({ length: 15 }, (_, at) => `  s${at}: { path: app, helth: 1 }`);
      await project.write(
        'bad.yml',
        `version: 1\nproject: bad\nservices:\n${services.join('\n')}\nenvironments: { dev: { mode: dev } }\n`,
      );
      const { code, stderr, summary } = await onGithub(['validate', 'bad.yml']);
      const annotations = stderr.split('\n').filter((line) => line.startsWith('::'));
      expect(code).toBe(2);
      expect(annotations).toHaveLength(10);
      expect(annotations[0]).toMatch(/^::error file=bad\.yml,line=4,col=\d+,title=INVALID_CONFIG::services\.s0/);
      expect(summary).toContain('INVALID_CONFIG');
      expect(summary.match(/^- /gm)).toHaveLength(15);
    });

    it('14: a plan stands on the page of the job', async () => {
      expect((await onGithub(['plan', '--env', 'dev'])).summary).toContain('| `deploy:app` | Deploy app');
    });

    it('14: a failed deploy is annotated once and summed up; a good one is summed up', async () => {
      await project.write('app/health.txt', 'sick\n');
      const failed = await onGithub(['deploy', '--env', 'staging']);
      await project.write('app/health.txt', 'ok\n');
      expect(failed.stderr.match(/^::error /gm)).toHaveLength(1);
      expect(failed.stderr).toContain('::group::deploy:app\n');
      expect(failed.summary).toContain('| `deploy:app` | failed, undone |');
      await project.write('app/version.txt', 'three\n');
      const good = await onGithub(['deploy', '--env', 'staging']);
      expect(good.stderr).not.toContain('::error');
      expect(good.summary).toContain('### done: deploy staging');
    });

    it('14: a summary never grows over a mebibyte', async () => {
      const services = Array.from({ length: 4_000 }, (_, at) => `  s${at}: { path: app, ${'x'.repeat(180)}: 1 }`);
      await project.write(
        'huge.yml',
        `version: 1\nproject: bad\nservices:\n${services.join('\n')}\nenvironments: { dev: { mode: dev } }\n`,
      );
      const { size, summary } = await onGithub(['validate', 'huge.yml']);
      expect(size).toBeGreaterThan(1_000_000);
      expect(size).toBeLessThan(1 << 20);
      expect(summary).toMatch(/The rest is in the log\._\n$/);
    });
  });

  it('has valid UTF-8 JSON whatever the locale', () => {
    const text = execFileSync(process.execPath, ['bin/deployer.js', 'help', 'env', 'set', '--json'], {
      cwd: `${import.meta.dirname}/../../..`,
      env: { ...process.env, LC_ALL: 'C' },
      encoding: 'utf8',
    });
    expect(JSON.parse(text).description).toContain('’');
  });
});
