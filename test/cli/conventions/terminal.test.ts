import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, type Project, projectOf } from '../../support/project.ts';
import { COLOUR, hasTerminals, onTerminal, terminalReason } from '../../support/terminal.ts';

const ESCAPE = '\x1b';
const SIZE = 'cols 80 rows 24';

describe('terminal behaviour', () => {
  let project: Project;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: '  dev: { mode: dev }\n  staging: { mode: staging }\n' }));
    await project.ok(['deploy', '--env', 'dev']);
  });
  afterAll(() => project.dispose());

  it('15: no escapes in a pipe, neither in values nor in errors', async () => {
    for (const line of ['--help', 'env list', 'status', 'nosuch', 'plan --env staging', 'validate nosuch.yaml']) {
      const { stdout, stderr } = await project.run(line.split(' '));
      expect(stdout + stderr).not.toContain(ESCAPE);
    }
  });

  describe.skipIf(!hasTerminals)(`on a terminal${terminalReason}`, () => {
    it.each([
      '--help',
      'env list',
      'status',
      'runs',
      'nosuch',
      'plan --env staging',
      'deploy --bogus',
      'deploy --env dev',
    ])('16: NO_COLOR takes the colour out of %s', async (line) => {
      const { screen } = await onTerminal(project, line.split(' '), { env: { NO_COLOR: '1' }, size: SIZE });
      expect(screen.length).toBeGreaterThan(20);
      expect(screen).not.toMatch(COLOUR);
    });

    it('16: NO_COLOR holds for the live list too', async () => {
      await project.write('app/version.txt', 'uncoloured\n');
      const { screen } = await onTerminal(project, ['deploy'], { env: { NO_COLOR: '1' }, size: SIZE });
      expect(screen).toContain('done: deploy dev');
      expect(screen).not.toMatch(COLOUR);
    });

    it('17: without it there is colour; a dumb terminal gets plain text', async () => {
      const colourful = await onTerminal(project, ['nosuch']);
      expect(colourful.screen).toMatch(COLOUR);
      const dumb = await onTerminal(project, ['status'], { env: { TERM: 'dumb' } });
      expect(dumb.screen).not.toContain(ESCAPE);
    });

    it('18: a terminal with a size gets a list that is redrawn, one without gets plain lines', async () => {
      await project.write('app/version.txt', 'two\n');
      const live = await onTerminal(project, ['deploy'], { size: SIZE });
      expect(live.screen).toContain(`${ESCAPE}[0K`);
      expect(live.screen.replaceAll('\r\n', '\n')).toMatch(/done.*deploy:app/);
      await project.write('app/version.txt', 'three\n');
      const plain = await onTerminal(project, ['deploy', '--no-color']);
      expect(plain.screen).not.toContain(ESCAPE);
      expect(plain.screen).toContain('start  deploy:app');
    });

    it('21: the list has no signs beyond ASCII where the locale has none', async () => {
      await project.write('app/version.txt', 'ascii\n');
      const { screen } = await onTerminal(project, ['deploy'], { env: { LC_ALL: 'C' }, size: SIZE });
      expect(screen).toContain('deploy dev in');
      expect(screen).not.toMatch(/[^\x00-\x7f]/);
    });
  });

  it('17: a flag beats the environment in both directions', async () => {
    expect((await project.ok(['env', 'list', '--color=always'], { env: { NO_COLOR: '1' } })).stdout).toMatch(COLOUR);
    expect((await project.ok(['env', 'list', '--color', 'always'], { env: { TERM: 'dumb' } })).stdout).toMatch(COLOUR);
    const { stderr } = await project.run(['nosuch', '--color=always']);
    expect(stderr).toMatch(COLOUR);
  });

  it('18: in CI each change of state is one complete line', async () => {
    await project.write('app/version.txt', 'ci\n');
    const { stdout, stderr } = await project.ok(['deploy'], { env: { CI: 'true' } });
    expect(stdout + stderr).not.toContain('\r');
    expect(stderr).toMatch(/^start {2}deploy:app {2}Deploy app$/m);
    expect(stderr).toMatch(/^done {3}deploy:app {2}\S+$/m);
  });

  it('20: every help page fits 80 columns', async () => {
    const { commands } = (await project.ok(['help', '--json'])).json();
    const names: string[] = commands.map(({ name }: { name: string }) => name);
    const groups = names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0] ?? '');
    const pages = ['', ...new Set([...names, ...groups]), 'exit-codes', 'environment', 'precedence'];
    for (const page of pages) {
      const { stdout } = await project.ok(['help', ...page.split(' ').filter(Boolean)], { env: { COLUMNS: '200' } });
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('21: words say what colours say, and there is an ASCII form', async () => {
    await project.write('app/health.txt', 'sick\n');
    await project.run(['deploy', '--env', 'staging'], { env: { NO_COLOR: '1' } });
    await project.write('app/health.txt', 'ok\n');
    const env = { LC_ALL: 'C', NO_COLOR: '1' };
    expect((await project.ok(['runs'], { env })).stdout).toMatch(/restored|failed/);
    for (const line of ['env list', 'runs', 'plan --env staging', 'help env destroy', 'help', 'nosuch']) {
      const { stdout, stderr } = await project.run(line.split(' '), { env });
      expect(stdout + stderr).not.toMatch(/[^\x00-\x7f]/);
    }
  });
});
