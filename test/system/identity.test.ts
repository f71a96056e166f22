import { hostname, userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { systemIdentity } from '../../src/system/identity.ts';

describe('identity', () => {
  test('is user and host on a person’s machine', () => {
    expect(systemIdentity({})).toEqual({ who: `${userInfo().username}@${hostname()}`, host: hostname() });
  });

  test('is who caused the run in CI', () => {
    const environment = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'octocat' };
    expect(systemIdentity(environment)).toMatchObject({ who: 'octocat@github-actions', ci: 'github-actions' });
    expect(systemIdentity({ CI: '1', GITLAB_CI: 'true', GITLAB_USER_LOGIN: 'ann' }).who).toBe('ann@gitlab-ci');
  });

  test('an unknown CI is called so', () => {
    expect(systemIdentity({ CI: 'true', USER: 'runner' })).toMatchObject({ who: 'runner@ci', ci: 'ci' });
  });

  test('CI=false is no CI', () => {
    expect(systemIdentity({ CI: 'false' }).ci).toBeUndefined();
  });

  test('is one printable line, whatever the variables hold', () => {
    const { who } = systemIdentity({ GITHUB_ACTIONS: 'true', GITHUB_ACTOR: `a\n\x1b]0;x\x07${'y'.repeat(500)}` });
    expect(who).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});
