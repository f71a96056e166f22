import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whenBusy } from '../support/busy-machine.ts';
import { HeldProject } from '../support/held-project.ts';
import { get } from '../support/project.ts';
import { until } from '../support/waiting.ts';

const DEPLOY = ['deploy', '--env', 'staging', '--json'];

describe('the lock of an environment', () => {
  let held: HeldProject;

  beforeEach(async () => {
    held = await HeldProject.create();
    await held.letGo('start');
  });
  afterEach(() => held.project.dispose());

  it('lets one of two deploys work; the other exits 7 within 2 s and names the holder, 10 times', async () => {
    for (let round = 1; round <= 10; round++) {
      await held.hold('build');
      await held.project.write('app/version.txt', `round ${round}`);
      const began = performance.now();
      const both = [held.start(DEPLOY), held.start(DEPLOY)];
      const loser = await Promise.race(both.map(({ ended }) => ended));
      expect(performance.now() - began).toBeLessThan(whenBusy(2_000));
      expect(loser.code).toBe(7);
      const record = (await held.state.holder('staging'))?.record;
      expect(loser.json()).toMatchObject({ code: 'STATE_LOCKED' });
      for (const fact of [record?.who, 'deployer deploy', record?.started_at])
        expect(loser.json().reason).toContain(fact);
      await held.letGo('build');
      const codes = await Promise.all(both.map(async ({ ended }) => (await ended).code));
      expect(codes.sort()).toEqual([0, 7]);
    }
    expect((await held.environment())?.deployments).toHaveLength(10);
  });

  it('is none for a deploy to another environment', async () => {
    const both = ['staging', 'production'].map((env) => held.start(['deploy', '--env', env, '--json']));
    const holders = async () => Promise.all(['staging', 'production'].map((env) => held.state.holder(env)));
    await until(async () => (await holders()).every((holder) => holder?.condition === 'alive'));
    await held.letGo('build');
    for (const { ended } of both) expect((await ended).code).toBe(0);
    for (const env of ['staging', 'production'])
      expect((await held.environment(env))?.deployments.at(-1)).toMatchObject({ healthy: true });
  });

  it('is waited for with --lock-wait, and what is planned then is planned anew', async () => {
    const holder = held.start(DEPLOY);
    await held.reached('build');
    const waiting = held.start([...DEPLOY, '--lock-wait', '1m']);
    await until(() => waiting.told().includes('waiting for deployer deploy of staging'));
    await held.letGo('build');
    expect((await holder.ended).json()).toMatchObject({ status: 'success', changed: true });
    expect((await waiting.ended).json()).toMatchObject({ status: 'success', changed: false });
  });

  it('is taken over from a holder that was killed, without a flag, and says so', async () => {
    const holder = held.start(DEPLOY);
    await held.reached('build');
    expect((await held.project.ok(['status'])).stdout).toMatch(/run_\w+ is under way in staging/);
    holder.kill('SIGKILL');
    await holder.ended;
    const [run] = (await held.project.ok(['runs', '--json'])).json().runs;
    expect(run.status).toBe('cut_off');
    const ends = [`deployer resume ${run.run_id}`, 'deployer rollback --env staging'];
    const { stdout } = await held.project.ok(['status']);
    for (const words of [`${run.run_id} was cut off in staging`, ...ends]) expect(stdout).toContain(words);
    expect((await held.project.ok(['status', '--env', 'staging', '--json'])).json().open_runs).toEqual([
      { env: 'staging', run_id: run.run_id, status: 'cut_off', next_steps: ends },
    ]);
    await held.letGo('build');
    const deploy = await held.run(DEPLOY);
    expect(deploy.json()).toMatchObject({ code: 'RUN_UNFINISHED', run_id: run.run_id });
    expect(deploy.stderr).toContain('took over the lock of deployer deploy of staging');
    expect((await held.run(['resume', '--json'])).code).toBe(0);
  });

  it('is not opened by another id', async () => {
    const holder = held.start(DEPLOY);
    await held.reached('build');
    const refused = await held.run(['state', 'unlock', 'lock_00000000000000000000000000', '--yes', '--json']);
    expect(refused.code).toBe(6);
    expect((await held.run(DEPLOY)).code).toBe(7);
    await held.letGo('build');
    expect((await holder.ended).code).toBe(0);
  });

  it('can be opened under a holder that was stopped, which then does nothing more', async () => {
    const holder = held.start(DEPLOY);
    await held.reached('build');
    await until(async () => (await held.environment())?.active_run !== undefined);
    holder.kill('SIGSTOP');
    const id = (await held.state.holder('staging'))?.record.id ?? '';
    expect((await held.run(['state', 'unlock', id, '--yes'])).code).toBe(0);
    expect((await held.project.ok(['audit', '--json'])).json().entries.at(-1)).toMatchObject({
      action: 'state unlock',
    });
    await held.letGo('build');
    holder.kill('SIGCONT');
    const outcome = await holder.ended;
    expect(outcome.json()).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(outcome.code).not.toBe(0);
    const started = outcome.json().operations.filter(({ status }: { status: string }) => status !== 'skipped');
    expect(started.map(({ type }: { type: string }) => type)).not.toContain('deploy');
    const resumed = await held.run(['resume', '--json']);
    expect((await get(resumed.json().url)).text).toBe('one');
  });
});
