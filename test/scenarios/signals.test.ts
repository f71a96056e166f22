import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldProject, type Part } from '../support/held-project.ts';
import { BINARY, get, type Outcome, type Project } from '../support/project.ts';
import { until } from '../support/waiting.ts';

/** About a second of work. */
const SLOW = `CREATE TABLE slow AS
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000) SELECT i FROM n;
`;
const DEPLOY = ['deploy', '--env', 'staging', '--json'];

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
const CODES: [Signal, number][] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
];

describe('a stop signal', () => {
  let held: HeldProject;

  beforeEach(async () => {
    held = await HeldProject.create();
  });
  afterEach(() => held.project.dispose());

  /** Stops a deploy in the middle of a part, lets the part end once the way on was told, and answers how it ended. */
  async function stopIn(part: Part | 'migration', signal: Signal): Promise<Outcome> {
    const deploy = held.start(DEPLOY);
    await (part === 'migration' ? until(() => deploy.told().includes('start  migrate:main')) : held.reached(part));
    deploy.kill(signal);
    await until(() => /deployer resume run_\w+/.test(deploy.told()));
    await held.letGo('build');
    await held.letGo('start');
    return deploy.ended;
  }

  /** Nothing of the run is left over, and resume brings it to its end. */
  async function expectResumable(): Promise<void> {
    expect((await held.environment())?.active_run).toMatch(/^run_/);
    expect(await held.state.holder('staging')).toBeUndefined();
    expect(childrenOf(held.project)).toEqual([]);
    const outcome = await held.run(['resume', '--json']);
    expect(outcome.code).toBe(0);
    expect((await get(outcome.json().url)).text).toBe('one');
    expect((await held.environment())?.active_run).toBeUndefined();
  }

  describe.each(CODES)('%s', (signal, code) => {
    it.each<Part>(['build', 'start'])(`ends a deploy with ${code} behind the running step: %s`, async (part) => {
      if (part === 'start') await held.letGo('build');
      const outcome = await stopIn(part, signal);
      expect(outcome.code).toBe(code);
      expect(outcome.json()).toMatchObject({ status: 'error', code: 'INTERRUPTED', run_status: 'interrupted' });
      expect(outcome.stderr).toContain(`next: deployer resume ${outcome.json().run_id}`);
      await expectResumable();
    });

    it(`ends a deploy with ${code} behind a migration`, async () => {
      await held.project.write('db/0001_slow.sql', SLOW);
      await held.letGo('build');
      expect((await stopIn('migration', signal)).code).toBe(code);
      await expectResumable();
    });
  });

  it('that comes twice ends the deploy at once, with all that it had started', async () => {
    const deploy = held.start(DEPLOY);
    await held.reached('build');
    deploy.kill('SIGINT');
    await until(() => deploy.told().includes('deployer resume run_'));
    expect(deploy.told()).toMatch(/SIGINT: waiting at most 40\.0s for: Build app.*\. Nothing new begins/);
    deploy.kill('SIGTERM');
    const outcome = await deploy.ended;
    expect(outcome.code).toBe(130);
    expect(outcome.json().code).toBe('INTERRUPTED');
    await held.letGo('build');
    await held.letGo('start');
    await expectResumable();
  });

  it('ends the waiting for a lock', async () => {
    const holder = held.start(DEPLOY);
    await held.reached('build');
    const waiting = held.start([...DEPLOY, '--lock-wait', '10m']);
    await until(() => waiting.told().includes('waiting for deployer deploy of staging'));
    waiting.kill('SIGTERM');
    expect((await waiting.ended).code).toBe(143);
    await held.letGo('build');
    await held.letGo('start');
    expect((await holder.ended).code).toBe(0);
  });

  it.each([
    ['--json'],
    ['--events', 'ndjson'],
    ['--verbose'],
  ])('is not what a reader that goes away sends: %s', async (...args) => {
    await held.letGo('build');
    await held.letGo('start');
    const line = `"${process.execPath}" "${BINARY}" deploy --env staging ${args.join(' ')} 2>&1 | head -n 1`;
    const env = { PATH: process.env['PATH'], HOME: held.project.path('home') };
    const shell = spawn('/bin/sh', ['-c', line], { cwd: held.project.folder, env });
    await new Promise((resolve) => shell.once('exit', resolve));
    await until(async () => (await held.environment())?.deployments.at(-1)?.healthy === true);
    expect((await held.environment())?.active_run).toBeUndefined();
  });
});

/** Processes that work in the project, other than the gateway and the services behind it. */
function childrenOf({ folder }: Project): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return cwd.startsWith(folder) && !cwd.startsWith(`${folder}/.deployer/`) ? [`${pid} in ${cwd}`] : [];
    } catch {
      return [];
    }
  });
}
