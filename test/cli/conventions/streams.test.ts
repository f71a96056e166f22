import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whenBusy } from '../../support/busy-machine.ts';
import { appFiles, type Outcome, type Project, projectOf } from '../../support/project.ts';

const ENVIRONMENTS = '  dev: { mode: dev }\n  staging: { mode: staging }\n  production: { mode: production }\n';

describe('streams and exit status', () => {
  let project: Project;
  let deployed: Outcome;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: ENVIRONMENTS }));
    await project.edit('app/server.js', 'process.on(', "setInterval(() => console.log('tick'), 100);\nprocess.on(");
    deployed = await project.ok(['deploy', '--env', 'staging']);
  });
  afterAll(() => project.dispose());

  it('1: values go to stdout, progress to stderr', async () => {
    const list = await project.ok(['env', 'list']);
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(list.stderr).toBe('');
    expect(deployed.stderr).toContain('deploy:app');
    expect(deployed.stdout).not.toContain('deploy:app');
    expect(deployed.stdout).toMatch(/^done: deploy staging/);
  });

  it('2: the exit codes are a closed list that can be printed', async () => {
    const { exit_codes: codes } = (await project.ok(['help', 'exit-codes', '--json'])).json();
    expect(codes.map(({ code }: { code: number }) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 124, 129, 130, 143]);
  });

  it('3: wrong usage, a thing that is not there and a refusal have codes of their own', async () => {
    const code = async (...words: string[]) => (await project.run(words)).code;
    expect(await code('nosuch')).toBe(2);
    expect(await code('version', 'show', 'nosuch')).toBe(6);
    expect(await code('deploy', '--env', 'production')).toBe(5);
  });

  it('4: a plan reports three ways on request, and only then', async () => {
    const code = async (...words: string[]) => (await project.run(['plan', ...words])).code;
    expect(await code('--env', 'staging', '--detailed-exitcode')).toBe(0);
    expect(await code('--env', 'dev', '--detailed-exitcode')).toBe(8);
    expect(await code('--env', 'dev')).toBe(0);
    expect(await code('--config', 'nosuch.yaml', '--detailed-exitcode')).toBe(2);
  });

  it('5: one failed part fails the whole, and the end lists every part', async () => {
    await project.write('app/health.txt', 'sick\n');
    const failed = await project.run(['deploy', '--env', 'staging']);
    await project.write('app/health.txt', 'ok\n');
    expect(failed.code).toBe(9);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toMatch(/^build:app +succeeded/m);
    expect(failed.stderr).toMatch(/^deploy:app +failed, undone/m);
    expect(failed.stderr).toMatch(/^health:app +skipped/m);
    expect(failed.stderr).toMatch(/^1 succeeded, 1 failed, \d not started$/m);
    expect(failed.stderr.trimEnd().split('\n').at(-1)).toMatch(/^error\[HEALTH_CHECK_FAILED\]/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('6: %s is answered at once, exits %i and names the way on', async (signal, code) => {
    await project.write('app/health.txt', `sick ${signal}\n`);
    let answered: Promise<number> | undefined;
    const outcome = await project.run(['deploy', '--env', 'staging'], {
      onStart: (child) => {
        answered = answerTime(child.stderr as NodeJS.ReadableStream, { signal, send: () => child.kill(signal) });
      },
    });
    await project.write('app/health.txt', 'ok\n');
    const [run] = /run_\w+/.exec(outcome.stderr) ?? [];
    await project.ok(['rollback', '--env', 'staging']);
    expect(outcome.code).toBe(code);
    expect(await answered).toBeLessThan(whenBusy(1_000));
    expect(outcome.stderr).toContain(`next: deployer resume ${run}`);
    expect(outcome.stderr.trimEnd().split('\n').at(-1)).toMatch(/^error\[INTERRUPTED\]/);
  });

  it('7: a reader that goes away is no crash', async () => {
    for (const words of [
      ['env', 'list'],
      ['help', '--json'],
      ['logs', '--env', 'staging', '--follow'],
    ]) {
      const outcome = await project.run(words, {
        onStart: ({ stdout }) => void stdout?.once('data', () => stdout.destroy()),
      });
      expect({ words, code: outcome.code, stderr: outcome.stderr }).toEqual({ words, code: 0, stderr: '' });
    }
  });
});

/** ms from the signal, which is sent when the deploy of the service is under way, to the line that answers it. */
async function answerTime(
  stderr: NodeJS.ReadableStream,
  { signal, send }: { signal: string; send: () => void },
): Promise<number> {
  let text = '';
  let sent = 0;
  for (;;) {
    const [chunk] = await once(stderr, 'data');
    text += String(chunk);
    if (sent === 0 && text.includes('start  deploy:app')) {
      sent = performance.now();
      send();
    }
    if (text.includes(`warning ${signal}:`)) return performance.now() - sent;
  }
}
