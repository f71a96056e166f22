import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig, ServiceConfig } from '../../src/core/config.ts';
import { facts } from '../../src/drivers/docker/facts.ts';
import { optionVariableFindings } from '../../src/workflows/option-variables.ts';
import type { Workspace } from '../../src/workflows/workspace.ts';

describe('variables that driver options name', () => {
  it('are to be among those that the service gets', async () => {
    expect(await check([], ['TOKEN', 'PLAIN'])).toEqual([]);
    expect(await check([], ['TOKENS'])).toMatchObject([
      {
        level: 'error',
        code: 'INVALID_CONFIG',
        path: 'services.api.docker.secret_files',
        message: expect.stringContaining('TOKENS'),
        fix: expect.stringContaining('environments.prod.secrets'),
      },
    ]);
  });

  it('may not be secrets that the service does not name', async () => {
    expect(await check([{ key: 'OTHER', optional: false }], ['TOKEN'])).toMatchObject([
      { fix: expect.stringContaining('services.api.env') },
    ]);
  });

  it('may be missing where the service can do without, or where the reference is what is wrong', async () => {
    expect(await check([{ key: 'EXTRA', optional: true }], ['EXTRA'])).toEqual([]);
    expect(await check([], ['UNREAD'])).toEqual([]);
  });
});

function check(env: ServiceConfig['env'], secret_files: readonly string[]) {
  const service = { name: 'api', driver: 'docker', env, build: { env: [], output: [] }, options: { secret_files } };
  const environment = { name: 'prod', services: { api: service } } as unknown as EnvironmentConfig;
  const workspace = { runtime: { drivers: { facts: async () => facts } } } as unknown as Workspace;
  const values = { TOKEN: 'x', PLAIN: 'y' };
  return optionVariableFindings(workspace, environment, {
    values,
    secretNames: new Set(['TOKEN', 'UNREAD']),
    versions: {},
    findings: [],
  });
}
