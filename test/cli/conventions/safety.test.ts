import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whenBusy } from '../../support/busy-machine.ts';
import { appFiles, type Project, projectOf } from '../../support/project.ts';
import { hasTerminals, onTerminal, terminalReason } from '../../support/terminal.ts';

const ENVIRONMENTS = `  dev: { mode: dev }
  staging: { mode: staging }
  production: { mode: production, aliases: [prod] }
`;

/** Every file below a folder with a digest of its bytes. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const digests = await Promise.all(
    files.map(
      async (file) =>
        [
          file,
          createHash('sha256')
            .update(await readFile(file))
            .digest('hex'),
        ] as const,
    ),
  );
  return Object.fromEntries(digests.sort());
}

describe('input and safety', () => {
  let project: Project;

  beforeAll(async () => {
    const recognised = { 'app/package.json': '{"scripts":{"start":"node server.js"}}' };
    project = await projectOf({ ...appFiles({ environments: ENVIRONMENTS }), ...recognised });
    await project.ok(['deploy', '--env', 'staging']);
  });
  afterAll(() => project.dispose());

  it.each([
    ['deploy --env production', '--yes'],
    ['env destroy staging', '--confirm staging'],
    ['state unlock lock01nosuch', '--yes'],
  ])('32: %s without a terminal fails at once and names %s', async (line, flag) => {
    const began = performance.now();
    const { code, stderr } = await project.run(line.split(' '));
    expect(performance.now() - began).toBeLessThan(whenBusy(2_000));
    expect(code).toBe(5);
    expect(stderr).toContain(`Answer on the command line: ${flag}\n`);
  });

  describe.skipIf(!hasTerminals)(`at a question${terminalReason}`, () => {
    const deploy = ['deploy', '--env', 'production'];
    const asked = { to: '[y/N] ' };

    it('32: --no-input forbids questions on a terminal too', async () => {
      const { code, screen } = await onTerminal(project, [...deploy, '--no-input']);
      expect(code).toBe(5);
      expect(screen).not.toContain('[y/N]');
    });

    it.each([
      ['n\r', 4],
      ['\r', 4],
      ['\x04', 4],
      ['\x03', 130],
    ])('32: the answer %j changes nothing', async (keys, code) => {
      const outcome = await onTerminal(project, deploy, { answer: { ...asked, keys } });
      expect(outcome.screen).toContain('Deploy to production');
      expect(outcome.code).toBe(code);
      expect((await project.ok(['versions', '--env', 'production', '--json'])).json().versions).toEqual([]);
    });

    it('33: a name that is typed wrong removes nothing', async () => {
      const answer = { to: 'to go on: ', keys: 'stagin\r' };
      expect((await onTerminal(project, ['env', 'destroy', 'staging'], { answer })).code).toBe(4);
      expect((await project.ok(['status', '--env', 'staging', '--json'])).json().services).toHaveLength(1);
    });

    it('33: the right answers go on', async () => {
      expect((await onTerminal(project, deploy, { answer: { ...asked, keys: 'y\r' } })).code).toBe(0);
      const answer = { to: 'to go on: ', keys: 'production\r' };
      expect((await onTerminal(project, ['env', 'destroy', 'production'], { answer })).code).toBe(0);
      expect((await project.ok(['status', '--json'])).json().services).toHaveLength(1);
    });
  });

  it('33: --yes is no answer to what cannot be undone, and a wrong name is refused', async () => {
    expect((await project.run(['env', 'destroy', 'staging', '--yes'])).code).toBe(5);
    expect((await project.run(['env', 'destroy', 'staging', '--confirm', 'dev'])).code).toBe(2);
    expect((await project.run(['env', 'destroy', 'staging', '--env', 'dev', '--confirm', 'staging'])).code).toBe(2);
    expect((await project.ok(['env', 'destroy', 'staging', '--confirm=staging', '--dry-run'])).stdout).toMatch(
      /^Destroy staging/,
    );
    expect((await project.ok(['status', '--json'])).json().services).toHaveLength(1);
  });

  it('33: an environment made from a protected one is asked about too', async () => {
    await project.ok(['env', 'create', 'copy', '--from', 'production']);
    expect((await project.run(['deploy', '--env', 'copy'])).code).toBe(5);
  });

  it('34: looking writes nothing, neither in the project nor at home', async () => {
    const home = await mkdtemp(join(tmpdir(), 'deployer-home-'));
    const env = { HOME: home, XDG_STATE_HOME: `${home}/s`, XDG_CONFIG_HOME: `${home}/c`, XDG_CACHE_HOME: `${home}/k` };
    await project.write('app/version.txt', 'changed\n');
    const before = await contents(project.folder);
    for (const line of [
      'plan --env dev',
      'plan --env staging',
      'validate',
      'status',
      'env list',
      'env show staging',
      'env check',
      'versions',
      'runs',
      'audit',
      'state show',
      'state verify',
      'doctor',
      'config get env',
      'env destroy staging --dry-run',
      'init --print',
    ])
      await project.ok(line.split(' '), { env });
    expect(await contents(project.folder)).toEqual(before);
    expect(await readdir(home)).toEqual([]);
    await rm(home, { recursive: true });
  });

  it('35: a value with the name of a secret is warned about, a value as a reference is refused', async () => {
    const { stderr, stdout } = await project.ok(['env', 'set', 'API_KEY=plain-sentinel', '--env', 'dev']);
    expect(stderr).toMatch(/^warning\[INVALID_ENV\] API_KEY looks like a secret/);
    expect(stderr + stdout).not.toContain('plain-sentinel');
    const refused = await project.run(['env', 'set', '--secret', 'API_KEY=plain-sentinel', '--env', 'dev', '--json']);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).not.toContain('plain-sentinel');
    expect((await project.ok(['env', 'set', 'LOG_LEVEL=debug', '--env', 'dev'])).stderr).toBe('');
  });

  it('35: a secret appears in no output, file, event or argument list', async () => {
    const secret = 'sentinel-4711-0815';
    await project.ok(['env', 'set', '--secret', 'TOKEN=env:APP_TOKEN', '--env', 'staging']);
    await project.edit(
      'app/server.js',
      'const version',
      "console.log(process.argv, 'token is', process.env.TOKEN);\nconst version",
    );
    const env = { APP_TOKEN: secret };
    const plain = await project.ok(['deploy', '--env', 'staging', '--verbose', '--debug'], { env });
    const events = await project.ok(['redeploy', '--env', 'staging', '--events', 'ndjson'], { env });
    const logs = await project.ok(['logs', '--env', 'staging'], { env });
    const printed = [plain, events].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(printed).not.toContain(secret);
    expect(logs.stdout).toContain('token is');
    for (const file of Object.keys(await contents(project.path('.deployer', 'runs'))))
      expect(await readFile(file, 'utf8')).not.toContain(secret);
    expect(await project.read('.deployer/audit.ndjson')).not.toContain(secret);
    expect(await project.read('.deployer/state.json')).not.toContain(secret);
  });

  it('36: doing it twice is safe', async () => {
    const env = { APP_TOKEN: 'sentinel' };
    await project.ok(['deploy', '--env', 'staging'], { env });
    expect((await project.ok(['deploy', '--env', 'staging', '--json'], { env })).json().changed).toBe(false);
    const set = ['env', 'set', 'LOG_LEVEL=warn', 'COLOUR=blue', '--env', 'staging', '--json'];
    const first = (await project.ok(set)).json();
    expect((await project.ok(set)).json()).toEqual({ ...first, changed: false });
    expect((await project.ok(['env', 'set', 'LOG_LEVEL=info', '--env', 'staging', '--json'])).json().changed).toBe(
      true,
    );
    const unset = ['env', 'unset', 'LOG_LEVEL', '--env', 'staging', '--json'];
    expect([(await project.ok(unset)).json().changed, (await project.ok(unset)).json().changed]).toEqual([true, false]);
  });

  it('37: flags stand before or after, with = or without', async () => {
    const lines = [
      '--env=dev plan',
      '--env dev plan',
      'plan --env dev',
      'plan --env=dev',
      '--json --env dev plan --no-color',
    ];
    const plans = await Promise.all(lines.map((line) => project.ok(line.split(' '))));
    expect(new Set(plans.slice(0, 4).map(({ stdout }) => stdout)).size).toBe(1);
    expect(plans[4]?.json().env).toBe('dev');
  });

  it('37: what stands behind -- is no option', async () => {
    const { code, stderr } = await project.run(['env', 'show', '--', '--help']);
    expect({ code, stderr }).toMatchObject({ code: 6 });
    expect(stderr).toContain('"--help"');
  });

  it('37: an empty value is not the same as no value', async () => {
    for (const line of [
      ['deploy', '--env', ''],
      ['deploy', '--env='],
      ['deploy', '--service', ''],
      ['plan', '--config', ''],
    ])
      expect((await project.run(line)).stderr).toContain('has an empty value');
  });

  it('37: - is stdin for a config, and stdout and stdin for a plan', async () => {
    const config = await project.read('deploy.config.yaml');
    expect((await project.ok(['validate', '-'], { input: config })).stdout).toBe('<stdin> is valid\n');
    expect((await project.run(['validate', '-'], { input: 'version: 2' })).stderr).toMatch(/<stdin>:1:/);
    const { stdout: plan } = await project.ok(['plan', '--env', 'dev', '--out', '-']);
    expect(JSON.parse(plan).env).toBe('dev');
    const deployed = await project.ok(['deploy', '--plan', '-', '--json'], { input: plan });
    expect(deployed.json()).toMatchObject({ env: 'dev', changed: true });
    const again = await project.run(['deploy', '--plan', '-'], { input: plan.replace('"dev"', '"staging"') });
    expect(again.code).toBe(4);
  });
});
