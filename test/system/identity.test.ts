import { hostname, userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { systemIdentity } from '../../src/system/identity.ts';

describe('identity', () => {
  test('is user and host on a person’s machine', () => {
    expect(systemIdentity({})).toBe(`${userInfo().username}@${hostname()}`);
  });

  test('is who caused the run in CI', () => {
    const environment = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'octocat' };
    expect(systemIdentity(environment)).toBe('octocat@github-actions');
    expect(systemIdentity({ CI: '1', GITLAB_CI: 'true', GITLAB_USER_LOGIN: 'ann' })).toBe('ann@gitlab-ci');
  });

  test('an unknown CI is called so', () => {
    expect(systemIdentity({ CI: 'true', USER: 'runner' })).toBe('runner@ci');
  });

  test('CI=false is no CI', () => {
    expect(systemIdentity({ CI: 'false' })).toBe(`${userInfo().username}@${hostname()}`);
  });

  test('is one printable line, whatever the variables hold', () => {
    const who = systemIdentity({ GITHUB_ACTIONS: 'true', GITHUB_ACTOR: `a\n\x1b]0;x\x07${'y'.repeat(500)}` });
    expect(who).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});
