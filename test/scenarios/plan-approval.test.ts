import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, type Project, projectOf } from '../support/project.ts';

describe('what was approved is what runs', () => {
  let project: Project;

  beforeAll(async () => {
    project = await projectOf(
      appFiles({
        environments:
          '  staging: { mode: staging }\n  production: { mode: production, protected: false, aliases: [prod] }\n',
      }),
    );
  });
  afterAll(() => project.dispose());

  it('gives identical bytes for identical inputs', async () => {
    const [first, second] = [
      await project.ok(['plan', '--env', 'production', '--json']),
      await project.ok(['plan', '--env', 'production', '--json']),
    ];
    expect(second.stdout).toBe(first.stdout);
  });

  it('exits 8 with changes and 0 without', async () => {
    const plan = ['plan', '--env', 'production', '--detailed-exitcode'];
    expect((await project.run(plan)).code).toBe(8);
    await project.ok(['deploy', '--env', 'production']);
    expect((await project.run(plan)).code).toBe(0);
  });

  it('runs a saved plan as it is', async () => {
    await project.write('app/version.txt', 'two\n');
    await project.ok(['plan', '--env', 'production', '--out', 'p.json']);
    expect((await project.ok(['deploy', '--plan', 'p.json', '--json'])).json().changed).toBe(true);
  });

  it('runs a saved plan with what was asked for when it was made', async () => {
    await project.write('app/version.txt', 'canary\n');
    await project.ok(['plan', '--env', 'production', '--canary', '10', '--out', 'p.json']);
    await project.ok(['deploy', '--plan', 'p.json']);
    expect((await project.ok(['canary', 'status', '--env', 'production', '--json'])).json().percent).toBe(10);
    await project.ok(['canary', 'promote', '--env', 'production']);
  });

  it.each([
    [['--service', 'app'], '--service'],
    [['--canary', '10'], '--canary'],
    [['--force'], '--force'],
    [['--env', 'staging'], '--env staging'],
  ])('refuses %s beside a saved plan, naming both', async (words, named) => {
    await project.write('app/version.txt', 'contradicted\n');
    await project.ok(['plan', '--env', 'production', '--out', 'p.json']);
    const refused = await project.run(['deploy', '--plan', 'p.json', ...words, '--json']);
    expect(refused.code).toBe(2);
    expect(refused.json().code).toBe('USAGE');
    expect(refused.json().reason).toContain(named);
    expect(refused.json().reason).toContain('--plan');
  });

  it('takes an --env that is the plan’s own, by name or alias', async () => {
    await project.write('app/version.txt', 'agreed\n');
    await project.ok(['plan', '--env', 'production', '--out', 'p.json']);
    expect((await project.ok(['deploy', '--plan', 'p.json', '--env', 'prod', '--json'])).json().changed).toBe(true);
  });

  it('refuses a saved plan when something else was deployed since', async () => {
    await project.write('app/version.txt', 'three\n');
    await project.ok(['plan', '--env', 'production', '--out', 'p.json']);
    await project.write('app/version.txt', 'four\n');
    await project.ok(['deploy', '--env', 'production']);
    const refused = await project.run(['deploy', '--plan', 'p.json', '--json']);
    expect(refused.code).toBe(4);
    expect(refused.json().code).toBe('PLAN_STALE');
  });

  it('refuses a saved plan that was edited', async () => {
    await project.write('app/version.txt', 'five\n');
    await project.ok(['plan', '--env', 'production', '--out', 'p.json']);
    await project.edit('p.json', '"env": "production"', '"env": "staging"');
    expect((await project.run(['deploy', '--plan', 'p.json', '--json'])).json().code).toBe('PLAN_STALE');
  });

  it('is not made stale by a deploy to another environment', async () => {
    await project.ok(['plan', '--env', 'production', '--out', 'p.json']);
    await project.ok(['deploy', '--env', 'staging']);
    await project.ok(['deploy', '--plan', 'p.json']);
  });
});
