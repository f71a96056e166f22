import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BINARY, type Project, sampleProject } from '../support/project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** In front of a command's exit code. */
const MARK = 'exit code of the line:';

interface Line {
  readonly command: string;
  /** Exit codes that the page announces; 0 where it says nothing. */
  readonly expected: readonly number[];
}

/** The commands of a page, in order. A comment such as `# exit 9` or `# exit 0 or 6` says how one ends. */
function commandsOf(text: string): Line[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
  return blocks.map((command) => {
    const [, said] = /# exit (\d+(?: or \d+)*)/.exec(command) ?? [];
    return { command, expected: said ? said.split(' or ').map(Number) : [0] };
  });
}

describe('the examples', { timeout: 180_000 }, () => {
  let project: Project;

  beforeEach(async () => {
    project = await sampleProject();
    for (const part of ['bin', 'dist']) await symlink(resolve(REPOSITORY, part), project.path(part));
  });
  afterEach(async () => {
    await project.run(['local', 'stop', '--cwd', project.path('examples/failing-health')]);
    await project.dispose();
  });

  /** Types the lines into one shell. `swift`: with a stand-in for npx, which takes longer to start than what it starts. */
  const typed = async (lines: readonly Line[], npx: 'real' | 'swift') => {
    const standIn = npx === 'swift' ? [`npx() { shift; "${process.execPath}" "${BINARY}" "$@"; }`] : [];
    const script = [...standIn, ...lines.flatMap(({ command }) => [command, `echo "${MARK} $?"`])].join('\n');
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_offline: 'true' };
    const output = await new Promise<string>((done) => {
      execFile('bash', ['-c', `exec 2>&1\n${script}`], { cwd: project.folder, env }, (_, stdout) => done(stdout));
    });
    const parts = output.split(new RegExp(`^${MARK} (\\d+)\\n`, 'm'));
    return lines.map((line, index) => ({ ...line, output: parts[2 * index], code: Number(parts[2 * index + 1]) }));
  };

  const surprises = (played: Awaited<ReturnType<typeof typed>>) =>
    played.filter(({ code, expected }) => !expected.includes(code));

  it('failing-health goes wrong, and takes itself back, as its README says', async () => {
    const readme = await readFile(resolve(REPOSITORY, 'examples/failing-health/README.md'), 'utf8');
    const played = await typed(commandsOf(readme), 'real');
    expect(surprises(played)).toEqual([]);
    const [, , broken, status] = played;
    expect(broken?.expected).toEqual([9]);
    expect(broken?.output).toContain('HEALTH_CHECK_FAILED');
    expect(broken?.output).toContain('runs in production as before');
    expect(status?.output).toContain('running');
  });

  it('notes is deployed everywhere, as its README says', async () => {
    const readme = await readFile(resolve(REPOSITORY, 'examples/notes/README.md'), 'utf8');
    const lines = commandsOf(readme);
    expect(lines.length).toBeGreaterThan(4);
    expect(surprises(await typed(lines, 'swift'))).toEqual([]);
  });

  it('the tour of the README goes as it is printed', async () => {
    const [, tour = ''] = (await readFile(resolve(REPOSITORY, 'README.md'), 'utf8')).split(/<!-- \/?tour -->/);
    const lines = commandsOf(tour);
    expect(lines.length).toBeGreaterThan(25);
    expect(surprises(await typed(lines, 'swift'))).toEqual([]);
  });
});
