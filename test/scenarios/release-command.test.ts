import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, get, type Outcome, type Project, projectOf, type RunOptions } from '../support/project.ts';
import { isRunning, until } from '../support/waiting.ts';

/** Says what it sees, waits until it may go on, and ends as the artifact says. */
const MIGRATE = `const fs = require('node:fs');
const ledger = (line) => fs.appendFileSync(process.env.HOME + '/ledger.txt', line + '\\n');
const version = fs.readFileSync('version.txt', 'utf8').trim();
ledger('begun ' + version);
console.log('migrating for ' + version + ' with ' + process.env.GREETING);
console.error('careful');
const end = () => (ledger('ended ' + version), process.exit(Number(fs.readFileSync('exit.txt', 'utf8'))));
const wait = () => (fs.existsSync(process.env.HOME + '/go') ? end() : setTimeout(wait, 20));
wait();
`;
const SECRET = 'Kq4releaseCommandCanaryW9z';

describe('a release command', () => {
  let project: Project;
  let url: string;

  beforeAll(async () => {
    const files = appFiles({
      environments: '  dev: { mode: dev, variables: { GREETING: hello }, secrets: { TOKEN: "env:TOKEN_VALUE" } }\n',
    });
    project = await projectOf({ ...files, 'app/migrate.js': MIGRATE, 'app/exit.txt': '0', go: '' });
    await project.edit('deploy.config.yaml', 'start: node', 'release_command: node migrate.js\n    start: node');
  });
  afterAll(() => project.dispose());

  it('runs before anything is placed, with the files and variables of the new release', async () => {
    const { stdout } = await ok(['deploy', '--events', 'ndjson']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const at = (type: string, operation: string) =>
      events.findIndex((event) => event.type === type && event.operation === operation);
    expect(at('operation.succeeded', 'job:app')).toBeGreaterThan(0);
    expect(at('operation.started', 'deploy:app')).toBeGreaterThan(at('operation.succeeded', 'job:app'));
    const said = events.filter(({ type, operation }) => type === 'operation.log' && operation === 'job:app');
    expect(said.map(({ channel, line }) => `${channel} ${line}`).sort()).toEqual([
      'stderr careful',
      'stdout migrating for one with hello',
    ]);
    expect(ledger()).toEqual(['begun one', 'ended one']);
    url = events.at(-1).url;
    expect((await get(url)).text).toBe('one');
    expect(jobs()).toEqual([]);
  });

  it('that fails stops the run before anything has changed', async () => {
    await project.write('app/version.txt', 'two\n');
    await project.write('app/exit.txt', '3');
    const failed = await run(['deploy', '--json']);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({
      code: 'COMMAND_FAILED',
      stage: 'migration',
      reason: 'The release command of app ended with exit code 3',
      detail: expect.arrayContaining(['migrating for two with hello', 'careful']),
      run_status: 'failed',
    });
    expect((await get(url)).text).toBe('one');
    expect((await ok(['status', '--json'])).json().services).toHaveLength(1);
    expect(jobs()).toEqual([]);
  });

  it('is not run a second time when the run was killed under it', async () => {
    await project.write('app/exit.txt', '0');
    await rm(project.path('go'));
    const before = ledger().length;
    const killed = await run(['deploy'], {
      onStart: (child) => void until(() => ledger().length > before).then(() => child.kill('SIGKILL')),
    });
    expect(killed.code).toBeNull();
    await project.write('go', '');
    await ok(['resume', '--yes']);
    expect(ledger().slice(before)).toEqual(['begun two', 'ended two']);
    expect((await get(url)).text).toBe('two');
    expect(jobs()).toEqual([]);
  });

  it('is left out of a roll-back', async () => {
    const before = ledger();
    const { stdout } = await ok(['rollback', '--json']);
    expect(JSON.parse(stdout).warnings).toMatchObject([
      { message: expect.stringContaining('does not run on a roll-back') },
    ]);
    expect((await get(url)).text).toBe('one');
    expect(ledger()).toEqual(before);
  });

  it('has a one-off brother that runs in what is live, with its variables', async () => {
    await ok(['env', 'set', 'GREETING=later']);
    const script = 'console.log(process.env.GREETING + "\\n"); console.error(process.env.TOKEN); process.exit(4)';
    const failed = await run(['exec', '--service', 'app', '--', 'node', '-e', script]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe('hello\n\n');
    expect(failed.stderr).toMatch(
      /^\[secret\]\n[\s\S]*error\[COMMAND_FAILED\] The command in app ended with exit code 4\n$/,
    );
    const done = await ok(['exec', '--json', '--', 'cat', 'version.txt']);
    expect(done.json()).toMatchObject({
      env: 'dev',
      service: 'app',
      exit_code: 0,
      lines: [{ channel: 'stdout', line: 'one' }],
    });
    const { entries } = (await ok(['audit', '--json'])).json();
    expect(entries.slice(-4)).toMatchObject([
      { action: 'exec', result: 'started', detail: { service: 'app', program: 'node' } },
      { action: 'exec', result: 'failed', detail: { exit_code: 4 } },
      { action: 'exec', result: 'started', detail: { program: 'cat' } },
      { action: 'exec', result: 'succeeded', detail: { exit_code: 0 } },
    ]);
    expect(JSON.stringify(entries.slice(-4))).not.toContain('GREETING');
    expect(jobs()).toEqual([]);
  });

  it('of either kind ends with its command line when that is stopped', async () => {
    const wait = 'console.log(process.pid); setInterval(() => {}, 1000)';
    let pid = 0;
    const stopped = await run(['exec', '--', 'node', '-e', wait], {
      onStart: (child) =>
        child.stdout?.on('data', (chunk: Buffer) => {
          pid = Number(chunk.toString());
          child.kill('SIGTERM');
        }),
    });
    expect(stopped.code).toBe(143);
    expect(pid).toBeGreaterThan(0);
    expect(isRunning(pid)).toBe(false);
    expect(jobs()).toEqual([]);
  });

  it('says what it cannot find', async () => {
    const unknown = await run(['exec', '--service', 'web', '--', 'true']);
    expect(unknown.code).toBe(6);
    expect(unknown.stderr).toContain('There are: app');
    expect((await run(['exec'])).code).toBe(2);
  });

  function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return project.run(args, { ...options, env: { HOME: project.folder, TOKEN_VALUE: SECRET } });
  }

  async function ok(args: readonly string[]): Promise<Outcome> {
    return project.ok(args, { env: { HOME: project.folder, TOKEN_VALUE: SECRET } });
  }

  function ledger(): string[] {
    const file = project.path('ledger.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** What commands have left behind. */
  function jobs(): string[] {
    const folder = project.path('.deployer/local/jobs');
    const all = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
    return all.filter((entry) => entry.isFile()).map(({ name }) => name);
  }
});
