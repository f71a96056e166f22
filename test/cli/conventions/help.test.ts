import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../../../src/cli/help.ts';
import { parseCommand } from '../../../src/cli/parse.ts';
import { requestOf } from '../../../src/cli/request.ts';
import { appFiles, BINARY, type Project, projectOf } from '../../support/project.ts';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const unless = (program: string) => (has(program) ? '' : ` (skipped: no \`${program}\` here)`);

interface Described {
  readonly name: string;
  readonly effect: string;
  readonly flags: readonly Record<string, unknown>[];
}

describe('help and discovery', () => {
  let project: Project;
  let commands: readonly Described[];
  const stdout = async (line: string) => (await project.ok(line.split(' ').filter(Boolean))).stdout;

  beforeAll(async () => {
    project = await projectOf(
      appFiles({ environments: '  dev: { mode: dev }\n  staging: { mode: staging, aliases: [stage] }\n' }),
    );
    ({ commands } = (await project.ok(['help', '--json'])).json());
  });
  afterAll(() => project.dispose());

  it.each([
    ['deploy', 'deploy'],
    ['env set', 'env set'],
    ['env', 'env'],
    ['', ''],
  ])('22: every spelling of help for "%s" gives the same text', async (line) => {
    const page = await stdout(`help ${line}`);
    expect(await stdout(`${line} --help`)).toBe(page);
    expect(await stdout(`${line} -h`)).toBe(page);
    expect(await stdout(`-h ${line}`)).toBe(page);
    expect(await stdout(`--no-color ${line} -h`)).toBe(page);
  });

  it.each([
    'env destroy dev --confirm dev -h',
    'deploy --bogus -h',
    'plan --format nope --help',
    'deploy --canary -h',
  ])('22: %s shows help and does nothing else', async (line) => {
    expect(await stdout(line)).toMatch(/^Usage: deployer /);
    await expect(project.read('.deployer/state.json')).rejects.toThrow();
  });

  it('23: every page has a usage line, examples and a way to more', async () => {
    for (const { name } of commands) {
      const page = await stdout(`help ${name}`);
      expect(page).toMatch(/^Usage: deployer /);
      expect(page).toMatch(/^Examples:\n {2}deployer /m);
      expect(page).toMatch(/^More: deployer help /m);
    }
  });

  it('23: every example is understood as it is printed', async () => {
    for (const entry of commandsOf()) {
      const spec = await entry.load();
      for (const example of spec.examples) {
        const [, ...argv] = (example.split(' > ')[0] ?? '').split(' ');
        const request = requestOf(argv);
        if (request.is !== 'command') throw new Error(`${example} asks for no command`);
        expect(request.entry).toBe(entry);
        expect(() => parseCommand(entry, spec, request.argv)).not.toThrow();
      }
    }
  });

  it('24: the bare command shows help, and nothing works on a word that is not understood', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deployer-empty-'));
    const run = (...words: string[]) =>
      spawnSync(process.execPath, [BINARY, ...words], { cwd: folder, encoding: 'utf8' });
    expect(run().stdout).toMatch(/^Usage: deployer /);
    expect(run('nosuch').status).toBe(2);
    expect(run('env', 'nosuch').status).toBe(2);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it.each([
    ['depoly', 'deployer deploy'],
    ['enw list', 'deployer env list'],
    ['env lst', 'deployer env list'],
    ['plann', 'deployer plan'],
  ])('25: %s gets one suggestion and a few lines', async (line, wanted) => {
    const { code, stderr } = await project.run(line.split(' '));
    expect(code).toBe(2);
    expect(stderr).toContain(`Did you mean: ${wanted}\n`);
    expect(stderr.trimEnd().split('\n').length).toBeLessThan(8);
  });

  it('26: an unknown flag is an error, with the near one named', async () => {
    const outcome = await project.run(['env', 'list', '--bogus']);
    expect(outcome.code).toBe(2);
    expect((await project.run(['deploy', '--servise', 'app'])).stderr).toContain('--service');
  });

  it.each(['bash', 'zsh', 'fish'])(`27: there is a completion script for %s`, async (shell) => {
    const script = await stdout(`completion ${shell}`);
    expect(script).toContain('deployer __complete');
    if (has(shell)) expect(spawnSync(shell, ['-n'], { input: script }).status).toBe(0);
  });

  it.each([
    [['pl'], ['plan']],
    [
      ['env', 'd'],
      ['destroy', 'diff', 'drift'],
    ],
    [
      ['deploy', '--env', ''],
      ['dev', 'stage', 'staging'],
    ],
    [
      ['deploy', '--env', 'sta'],
      ['stage', 'staging'],
    ],
    [
      ['deploy', '--env=sta'],
      ['--env=stage', '--env=staging'],
    ],
    [
      ['deploy', '--env', '=', 'sta'],
      ['stage', 'staging'],
    ],
    [['--env', 'dev', 'deploy', '--service', ''], ['app']],
    [
      ['plan', '--format', 'm'],
      ['markdown', 'mermaid'],
    ],
    [['plan', '--det'], ['--detailed-exitcode']],
    [
      ['env', 'show', ''],
      ['dev', 'stage', 'staging'],
    ],
    [
      ['env', 'diff', 'dev', 'st'],
      ['stage', 'staging'],
    ],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
    [['help', 'exi'], ['exit-codes']],
    [['help', 'env', 'di'], ['diff']],
    [['--cwd', '/nowhere', 'deploy', '--env', ''], []],
  ])('27: %j completes to %j', async (words, wanted) => {
    const { stdout: text, stderr } = await project.ok(['__complete', ...words]);
    expect(stderr).toBe('');
    expect(text.split('\n').filter(Boolean)).toEqual(wanted);
  });

  it.skipIf(!has('bash'))(`27: bash completes with the script${unless('bash')}`, async () => {
    const script = await stdout('completion bash');
    const test = `deployer() { "${process.execPath}" "${BINARY}" "$@"; }
${script}
COMP_WORDS=(deployer deploy --env sta); COMP_CWORD=3; _deployer; echo "\${COMPREPLY[*]}"`;
    const found = execFileSync('bash', ['-c', test], { cwd: project.folder, encoding: 'utf8' });
    expect(found.trim().split(/\s+/)).toEqual(['stage', 'staging']);
  });

  it('28: the tool describes its commands, with flags, types, defaults, effects and exit codes', async () => {
    const tool = (await project.ok(['help', '--json'])).json();
    const named = (name: string) => commands.find((command) => command.name === name);
    expect(tool.exit_codes).toHaveLength(14);
    expect(
      commands.every(({ effect, flags }) => /^(read|plan|write|destroy)$/.test(effect) && Array.isArray(flags)),
    ).toBe(true);
    expect(named('runs')?.flags[0]).toMatchObject({ name: '--limit', type: 'count', default: 20 });
    expect(named('deploy')?.flags[0]).toMatchObject({ name: '--service', type: 'text', repeat: true });
    expect(named('env destroy')?.effect).toBe('destroy');
    expect(named('plan')?.effect).toBe('plan');
  });

  it('29: --version is one line, with the version as its last word, and reads no config', async () => {
    await project.write('broken/deploy.config.yaml', '{');
    const { stdout: text } = await project.ok(['--version', '--cwd', 'broken']);
    expect(text).toMatch(/^deployer \d+\.\d+\.\d+\n$/);
  });

  it.skipIf(!has('strace'))(`29: --version asks no network${unless('strace')}`, () => {
    const { stderr } = spawnSync('strace', ['-f', '-e', 'trace=connect', process.execPath, BINARY, '--version'], {
      encoding: 'utf8',
    });
    expect(stderr).not.toContain('AF_INET');
  });

  it('30: the schema of the config describes every key', async () => {
    const bare: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties } = value as { properties?: Record<string, { description?: string; $ref?: string }> };
      for (const [key, member] of Object.entries(properties ?? {}))
        if (!member.description) bare.push(`${path}.${key}`);
      for (const [key, member] of Object.entries(value)) walk(member, `${path}.${key}`);
    };
    walk(JSON.parse(await stdout('schema config')), '');
    expect(bare).toEqual([]);
  });

  it.each([
    'exit-codes',
    'environment',
    'errors',
    'precedence',
    'PLAN_STALE',
  ])('31: help %s is a page', async (topic) => {
    expect((await stdout(`help ${topic}`)).split('\n').length).toBeGreaterThan(5);
  });

  it('31: there is a manual page of every command', async () => {
    const page = await stdout('help --man');
    expect(page).toMatch(/^\.TH DEPLOYER 1\n/);
    for (const { name } of commands) expect(page).toContain(`.SS ${name.replaceAll('-', '\\-')}`);
  });

  it.skipIf(!has('man'))(`31: man formats it without a complaint${unless('man')}`, async () => {
    const page = await stdout('help --man');
    const { status, stderr } = spawnSync('man', ['--warnings', '-l', '-'], {
      input: page,
      encoding: 'utf8',
      env: { ...process.env, MANPAGER: 'cat' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
