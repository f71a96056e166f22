import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles, get, type Project, projectOf } from '../support/project.ts';

const ENVIRONMENTS = `  staging: { mode: staging, variables: { GREETING: staging } }
  preview: { mode: preview, ttl: 72h, variables: { GREETING: preview } }
`;

describe('environments', () => {
  let project: Project;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: ENVIRONMENTS }));
    await project.ok(['deploy', '--env', 'staging']);
  });
  afterAll(() => project.dispose());

  it('makes a preview with its own URL and variables', async () => {
    const made = (await project.ok(['env', 'create', 'pr-42', '--from', 'preview', '--json'])).json();
    expect(Date.parse(made.expires_at) - Date.now()).toBeGreaterThan(71 * 3_600_000);
    await project.ok(['env', 'set', 'GREETING=pull request', '--env', 'pr-42']);
    const { url } = (await project.ok(['deploy', '--env', 'pr-42', '--json'])).json();
    expect(JSON.parse((await get(`${url}/env`)).text).greeting).toBe('pull request');
    const { urls } = (await project.ok(['open', '--env', 'staging', '--json'])).json();
    expect(Object.values(urls)).not.toContain(url);
  });

  it('compares two environments', async () => {
    const diff = (await project.ok(['env', 'diff', 'staging', 'pr-42', '--json'])).json();
    expect(diff.changes).toContainEqual(
      expect.objectContaining({ kind: 'variable', name: 'GREETING', from: 'staging', to: 'pull request' }),
    );
  });

  it('keeps every set and unset as a revision', async () => {
    await project.ok(['env', 'set', 'EXTRA=1', '--env', 'staging']);
    await project.ok(['env', 'unset', 'EXTRA', '--env', 'staging']);
    const shown = (await project.ok(['env', 'show', 'staging', '--json'])).json();
    expect(shown.revisions).toBe(2);
    expect(shown.configuration.variables).not.toHaveProperty('EXTRA');
  });

  it('refuses a secret given as a value', async () => {
    const refused = await project.run(['env', 'set', '--secret', 'TOKEN=hunter2hunter2', '--env', 'staging', '--json']);
    expect(refused.code).toBe(2);
    expect(refused.stdout).not.toContain('hunter2');
  });

  it('prunes what has expired, on the platform too', async () => {
    await project.ok(['env', 'create', 'old', '--from', 'preview', '--ttl', '1ms']);
    const { url } = (await project.ok(['deploy', '--env', 'old', '--json'])).json();
    expect(
      (await project.ok(['env', 'prune', '--dry-run', '--json'])).json().expired.map(({ env }: { env: string }) => env),
    ).toEqual(['old']);
    await project.ok(['env', 'prune', '--yes']);
    await expect(get(url)).rejects.toThrow();
    expect(
      (await project.ok(['env', 'list', '--json'])).json().environments.map(({ name }: { name: string }) => name),
    ).toEqual(['staging', 'preview', 'pr-42']);
  });

  it('does not destroy without the name', async () => {
    expect((await project.run(['env', 'destroy', 'pr-42', '--yes'])).code).toBe(5);
    expect((await project.run(['env', 'destroy', 'pr-42', '--confirm', 'staging'])).code).toBe(2);
    expect((await project.run(['env', 'destroy', 'pr-42', '--leave-unreachable', '--yes'])).code).toBe(5);
    await project.ok(['env', 'destroy', 'pr-42', '--confirm', 'pr-42']);
  });
});
