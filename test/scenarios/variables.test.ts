import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breaches } from '../support/conforms.ts';
import { type Project, projectOf } from '../support/project.ts';

const CONFIG = `version: 1
project: shop
defaults: { driver: local }
services:
  web:
    path: web
    build: { command: "mkdir -p dist && cp index.html dist", output: dist }
    env:
      - STRIPE_SECRET_KEY
      - NEXT_PUBLIC_APP_URL
      - { key: TENANT, description: "Who it is for.", validation: { pattern: "[a-z]+-[0-9]{2}", max_length: 12 } }
environments:
  production:
    mode: production
    variables: { NEXT_PUBLIC_APP_URL: shop.example.com, TENANT: Acme }
    secrets: { REDIS_URL: "env:CACHE" }
`;

let project: Project;

beforeAll(async () => {
  project = await projectOf({ 'deploy.config.yaml': CONFIG, 'web/index.html': 'shop' });
});
afterAll(() => project.dispose());

describe('the variables of an environment', () => {
  const env = { CACHE: 'https://canary-5e0d.example.com' };

  it('are all told of at once, with key, evidence and fix, and no value', async () => {
    const check = await project.run(['env', 'check', '--env', 'production', '--json'], { env });
    expect(check.code).toBe(4);
    const { findings } = check.json();
    expect(findings).toMatchObject([
      { level: 'error', code: 'MISSING_ENV', key: 'STRIPE_SECRET_KEY', fix: expect.any(String) },
      { level: 'error', code: 'INVALID_ENV', key: 'NEXT_PUBLIC_APP_URL', evidence: ['services.web.env names it'] },
      { level: 'error', code: 'INVALID_ENV', key: 'TENANT', path: 'environments.production.variables.TENANT' },
      { level: 'error', code: 'INVALID_ENV', key: 'REDIS_URL', path: 'environments.production.secrets.REDIS_URL' },
      { level: 'warning', code: 'INVALID_ENV', key: 'NEXT_PUBLIC_APP_URL', path: 'services.web.build.env' },
    ]);
    const text = await project.run(['env', 'check', '--env', 'production'], { env });
    expect(text.stderr).toContain('seen: services.web.env names it');
    expect(check.stdout + text.stdout + text.stderr).not.toMatch(/canary-5e0d|Acme/);
  });

  it.each(['plan', 'deploy'])('stop %s with the whole shape of an error', async (command) => {
    const outcome = await project.run([command, '--env', 'production', '--json'], { env });
    expect(outcome.code).toBe(4);
    expect(outcome.json()).toMatchObject({ code: 'MISSING_ENV', findings: { length: 5 } });
  });

  it('stop a deploy for one that is missing, and one that is wrong', async () => {
    await project.edit('deploy.config.yaml', 'shop.example.com', 'https://shop.example.com');
    await project.edit('deploy.config.yaml', 'Acme', 'acme-01');
    const deploy = (more: Record<string, string>) =>
      project.run(['deploy', '--env', 'production', '--yes', '--json'], {
        env: { CACHE: 'redis://cache:6379', ...more },
      });
    const missing = (await deploy({})).json();
    expect(missing).toEqual({
      format: 1,
      status: 'error',
      code: 'MISSING_ENV',
      reason: 'Missing ENV: STRIPE_SECRET_KEY',
      stage: 'env_setup',
      severity: 'critical',
      fix_suggestion: 'Add STRIPE_SECRET_KEY under environments.production.secrets',
      recovery: [{ action: 'manual', message: expect.any(String) }],
      findings: expect.arrayContaining([expect.objectContaining({ key: 'STRIPE_SECRET_KEY' })]),
    });
    await project.edit('deploy.config.yaml', 'secrets: {', 'secrets: { STRIPE_SECRET_KEY: "env:STRIPE",');
    const wrong = await deploy({ STRIPE: 'pk_live_canary0123456789' });
    expect(wrong.code).toBe(4);
    expect(wrong.json()).toMatchObject({ code: 'INVALID_ENV', stage: 'env_setup', severity: 'critical' });
    expect(wrong.stdout + wrong.stderr).not.toContain('canary0123456789');
    const right = { ...env, CACHE: 'redis://cache:6379', STRIPE: 'sk_test_canary0123456789' };
    const check = await project.ok(['env', 'check', '--env', 'production', '--json'], { env: right });
    expect(check.json()['findings']).toMatchObject([
      { level: 'warning', key: 'STRIPE_SECRET_KEY' },
      { level: 'warning' },
    ]);
    expect(breaches('env-check', check.json())).toEqual([]);
    expect((await deploy(right)).code).toBe(0);
  });

  it('do not stop a roll-back to what has run with them', async () => {
    const right = { CACHE: 'redis://cache:6379', STRIPE: 'sk_test_canary0123456789' };
    await project.write('web/index.html', 'another shop');
    await project.ok(['deploy', '--env', 'production', '--yes'], { env: right });
    const env = { ...right, CACHE: 'https://cache.example.com' };
    expect((await project.run(['redeploy', '--env', 'production', '--yes'], { env })).code).toBe(4);
    await project.ok(['rollback', '--env', 'production', '--yes'], { env });
  });
});
