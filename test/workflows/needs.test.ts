import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig, ServiceConfig } from '../../src/core/config.ts';
import type { DriverFacts } from '../../src/core/driver.ts';
import { scaffoldNeeds } from '../../src/core/scaffold.ts';
import type { AppliedConfiguration, Version } from '../../src/core/state.ts';
import { facts } from '../../src/drivers/local/facts.ts';
import type { DetectedNeed } from '../../src/project/needs/judge.ts';
import { needFindings } from '../../src/workflows/need-findings.ts';
import { type EnvironmentNeeds, recordedNeeds, recordNeeds, withNeeds } from '../../src/workflows/needs.ts';
import type { Workspace } from '../../src/workflows/workspace.ts';
import { config, FRAME, findings } from '../config/reading.ts';

const need = (key: string, more: Partial<DetectedNeed> = {}): DetectedNeed => ({
  key,
  optional: false,
  when: 'run',
  evidence: [`a.js:1 process.env.${key}`],
  certainty: 'sure',
  ...more,
});

function environmentOf(service: Partial<ServiceConfig>): EnvironmentConfig {
  const api = { name: 'api', driver: 'local', start: 'node a.js', env: [], build: { env: [], output: [] }, ...service };
  return { name: 'live', services: { api } } as unknown as EnvironmentConfig;
}

const applied = (parts: Partial<AppliedConfiguration> = {}): AppliedConfiguration => ({
  revision: 0,
  variables: {},
  secrets: {},
  flags: {},
  ...parts,
});

function missing(
  own: readonly DetectedNeed[],
  { service = {}, values = {}, project = [] as readonly DetectedNeed[], depth = 'likely' as 'sure' | 'likely' } = {},
) {
  const needs: EnvironmentNeeds = { services: { api: own }, project };
  const variables = { values, secretNames: new Set<string>(), versions: {}, findings: [] };
  const drivers: Record<string, DriverFacts> = { local: facts };
  const environment = environmentOf(service);
  return needFindings({ environment, needs, variables, configuration: applied(), drivers, told: [] }, depth);
}

describe('what a service needs and has no value', () => {
  it('is an error with evidence and fix where the code says so, told to secrets and builds apart', async () => {
    const service = { build: { command: 'make', env: [], output: [] } };
    const own = [
      need('STRIPE_SECRET_KEY'),
      need('REGION'),
      need('VITE_URL', { when: 'build' }),
      need('GONE', { optional: true }),
    ];
    expect(await missing(own, { service })).toMatchObject([
      {
        level: 'error',
        key: 'REGION',
        fix: 'Add REGION under environments.live.secrets, or under variables when it is no secret',
      },
      {
        key: 'STRIPE_SECRET_KEY',
        evidence: ['a.js:1 process.env.STRIPE_SECRET_KEY'],
        fix: 'Add STRIPE_SECRET_KEY under environments.live.secrets',
      },
      {
        key: 'VITE_URL',
        path: 'environments.live.variables.VITE_URL',
        fix: 'Add VITE_URL under environments.live.variables',
      },
    ]);
  });

  it('is a warning of the check alone where less speaks for it, and templates make one line', async () => {
    const own = [
      need('A', { certainty: 'likely' }),
      need('B', { certainty: 'listed' }),
      need('C', { certainty: 'listed' }),
    ];
    expect(await missing(own)).toMatchObject([
      { level: 'warning', key: 'A', fix: expect.stringContaining('services.api.env: [{ key: A, optional: true }]') },
      {
        level: 'warning',
        message: 'Only templates name B and C; no value is set',
        evidence: ['a.js:1 process.env.B', 'a.js:1 process.env.C'],
      },
    ]);
    expect(await missing(own, { depth: 'sure' })).toEqual([]);
  });

  it('is the word of the config where that lists it, and no matter where nothing runs or is built', async () => {
    const own = [need('A'), need('B', { when: 'build' })];
    expect(await missing(own, { service: { env: [{ key: 'A', optional: true }] } })).toEqual([]);
    expect(await missing([need('B', { when: 'build' })])).toEqual([]);
    const { start: _, ...only } = environmentOf({}).services['api'] as ServiceConfig;
    const environment = { name: 'live', services: { api: only } } as unknown as EnvironmentConfig;
    const variables = { values: {}, secretNames: new Set<string>(), versions: {}, findings: [] };
    const needs = { services: { api: own }, project: [] };
    const checked = { environment, needs, variables, configuration: applied(), drivers: { local: facts }, told: [] };
    expect(await needFindings(checked, 'likely')).toEqual([]);
  });

  it('is covered for a package by another name of the kind', async () => {
    const own = [need('MONGODB_URI', { certainty: 'likely', instead: /MONGO/ })];
    expect(await missing(own, { values: { MONGO_URL: 'mongodb://a' } })).toEqual([]);
  });

  it('is told of a stack by its place in the config', async () => {
    const { stack = {} } = await config(
      `${FRAME.head}stack: { database: prisma-postgres, auth: clerk }\n${FRAME.services}${FRAME.environments}`,
    );
    const project = scaffoldNeeds(stack).map((one) => ({ ...one, certainty: 'sure' as const }));
    expect(await missing([], { project, values: { CLERK_SECRET_KEY: 'x' } })).toMatchObject([
      { key: 'DATABASE_URL', message: 'Missing ENV: DATABASE_URL (needed by its stack)', evidence: ['stack.database'] },
      { key: 'NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', evidence: ['stack.auth'] },
    ]);
    expect(
      await findings(`${FRAME.head}stack: { ai_provider: antropic }\n${FRAME.services}${FRAME.environments}`),
    ).toMatchObject([{ path: 'stack.ai_provider', fix: 'Did you mean "anthropic"?' }]);
  });
});

const workspace = { config: { file: '/shop/deploy.config.yaml' } } as Workspace;

describe('what a service needs and has a value', () => {
  const own = [need('KEY'), need('VITE_URL', { when: 'build' }), need('VITE_SECRET', { when: 'build' }), need('NONE')];
  const configuration = applied({ variables: { VITE_URL: 'x' }, secrets: { KEY: 'env:KEY', VITE_SECRET: 'env:S' } });
  const given = (service: Partial<ServiceConfig>) =>
    withNeeds(environmentOf(service), { services: { api: own }, project: [] }, configuration).services['api'];

  it('is given: secrets where env would keep them back, plain values to the build', () => {
    expect(given({ env: [{ key: 'OTHER', optional: false }] })).toMatchObject({
      env: [{ key: 'OTHER' }, { key: 'KEY', optional: true }, { key: 'VITE_SECRET', optional: true }],
      build: { env: ['VITE_URL'] },
    });
    expect(given({})).toMatchObject({ env: [], build: { env: ['VITE_URL'] } });
  });

  it('is kept with a release in short, and read back', () => {
    const recorded = recordNeeds([
      ...own,
      need('MAYBE', { certainty: 'likely' }),
      need('LISTED', { certainty: 'listed' }),
    ]);
    expect(recorded).toEqual(['KEY', 'VITE_URL:build', 'VITE_SECRET:build', 'NONE', 'MAYBE?', 'LISTED?']);
    const version = {
      id: 'ver_1',
      name: 'v3',
      services: { api: { inputs: { needs: recorded } } },
    } as unknown as Version;
    expect(recordedNeeds(workspace, version, undefined).services['api']).toMatchObject([
      { key: 'KEY', optional: false, when: 'run', evidence: ['version v3'] },
      { key: 'VITE_URL', when: 'build' },
      { key: 'VITE_SECRET', when: 'build' },
      { key: 'NONE' },
      { key: 'MAYBE', optional: true },
      { key: 'LISTED', optional: true },
    ]);
  });
});
