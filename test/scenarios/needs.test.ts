import { afterEach, describe, expect, it } from 'vitest';
import { get, type Project, projectOf } from '../support/project.ts';

/** Fails without its key, as programs do that sell something; reads one that the config does not list. */
const PAY = `const { createServer } = require('node:http');
// The text process.env.NOT_CODE is none.
const key = process.env.STRIPE_SECRET_KEY;
if (!key) throw new Error('no key');
const hook = 'whsec:' + process.env.WEBHOOK_SECRET.slice(0, 2);
const level = process.env.VERBOSITY ?? 'info';
createServer((_, response) => response.end(JSON.stringify({ key, hook, level }))).listen(Number(process.env.PORT), '127.0.0.1');
`;

const CONFIG = `version: 1
project: shop
defaults: { driver: local }
services:
  api: { path: api, start: node pay.js, env: [GREETING] }
  web: { path: web }
environments:
  staging:
    mode: staging
    variables: { GREETING: hello }
    secrets: { STRIPE_SECRET_KEY: "env:STRIPE", WEBHOOK_SECRET: "env:HOOK" }
  production:
    mode: production
    protected: false
    variables: { GREETING: hello }
`;

const env = { STRIPE: 'sk_test_51Abc', HOOK: 'whsec_1234567890' };
const place = {
  message: 'Missing ENV: STRIPE_SECRET_KEY (needed by api)',
  evidence: ['api/pay.js:3 process.env.STRIPE_SECRET_KEY'],
};

describe('variables that the code needs', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('stop a deploy with the place that needs them, and are given once they have a value, whatever the verb', async () => {
    project = await projectOf({ 'deploy.config.yaml': CONFIG, 'api/pay.js': PAY, 'web/index.html': '<p>hello</p>' });

    const refused = await project.run(['deploy', '--env', 'production', '--json']);
    expect(refused.code).toBe(4);
    expect(refused.json()).toMatchObject({
      status: 'error',
      code: 'MISSING_ENV',
      reason: 'Missing ENV: STRIPE_SECRET_KEY, and 1 more of the kind',
      stage: 'env_setup',
      severity: 'critical',
      fix_suggestion: 'Add STRIPE_SECRET_KEY under environments.production.secrets',
      findings: [
        {
          ...place,
          level: 'error',
          code: 'MISSING_ENV',
          key: 'STRIPE_SECRET_KEY',
          path: 'environments.production.secrets.STRIPE_SECRET_KEY',
        },
        { key: 'WEBHOOK_SECRET', fix: 'Add WEBHOOK_SECRET under environments.production.secrets' },
      ],
    });
    const checked = await project.run(['env', 'check', '--env', 'production', '--json']);
    expect(checked.json().findings).toMatchObject([place, { key: 'WEBHOOK_SECRET' }]);

    const { url } = (await project.ok(['deploy', '--env', 'staging', '--service', 'api', '--json'], { env })).json();
    const answer = { key: env.STRIPE, hook: 'whsec:wh', level: 'info' };
    expect(JSON.parse((await get(url)).text)).toEqual(answer);
    const again = (await project.ok(['redeploy', '--env', 'staging', '--json'], { env })).json();
    expect(JSON.parse((await get(again.url)).text)).toEqual(answer);

    const promoted = await project.run(['env', 'promote', 'staging', 'production', '--yes', '--json'], { env });
    expect(promoted).toMatchObject({ code: 4 });
    expect(promoted.json()).toMatchObject({
      code: 'MISSING_ENV',
      findings: [{ key: 'STRIPE_SECRET_KEY' }, { key: 'WEBHOOK_SECRET' }],
    });

    await project.edit(
      'deploy.config.yaml',
      '[GREETING]',
      '[GREETING, { key: STRIPE_SECRET_KEY, optional: true }, WEBHOOK_SECRET]',
    );
    const silenced = await project.run(['plan', '--env', 'production', '--json']);
    expect(silenced.json().findings).toMatchObject([
      { key: 'WEBHOOK_SECRET', evidence: ['api/pay.js:5 process.env.WEBHOOK_SECRET'] },
    ]);
  });
});
