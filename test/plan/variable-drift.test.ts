import { describe, expect, test } from 'vitest';
import type { ReleaseInputs } from '../../src/core/state.ts';
import { planRedeploy } from '../../src/plan/redeploy.ts';
import {
  type KeptFingerprint,
  needsPlacing,
  variableDrift,
  type WantedVariables,
} from '../../src/plan/variable-drift.ts';
import {
  anEnvironmentState,
  aRelease,
  aSnapshot,
  aVersion,
  digestOf,
  fingerprints,
  observed,
} from '../support/snapshots.ts';
import { operation } from './reading.ts';

const given = (variables: Record<string, string>, more: Partial<ReleaseInputs> = {}): ReleaseInputs => ({
  source: digestOf('source'),
  files: digestOf('files'),
  options: digestOf('options'),
  build_variables: {},
  variables: fingerprints(variables),
  ...more,
});
const wanted = (variables: Record<string, string>, more: Partial<WantedVariables> = {}): WantedVariables => ({
  variables: fingerprints(variables),
  build_variables: {},
  ...more,
});
const kept = (name: string, value?: string, ours = true): KeptFingerprint => {
  const fingerprint = value === undefined ? undefined : fingerprints({ [name]: value })[name];
  return { name, ours, ...(fingerprint ? { fingerprint } : {}) };
};
const SAME = { missing: [], extra: [], changed: [], stale_build: [], unmanaged: [] };

describe('variables of a service and of its release', () => {
  test('are told by name: missing, extra, changed with versions', () => {
    const now = wanted({ A: '1', B: 'new', D: '4' }, { versions: { B: '8', D: '1' } });
    const then = given({ A: '1', B: 'old', C: '3' }, { secret_versions: { B: '7' } });
    expect(variableDrift(now, then)).toEqual({
      ...SAME,
      missing: [{ name: 'D', where: 'release' }],
      extra: [{ name: 'C', where: 'release' }],
      changed: [{ name: 'B', where: 'release', from_version: '7', to_version: '8' }],
    });
  });

  test('are the same when only the version of the store moved on', () => {
    const now = wanted({ A: '1' }, { versions: { A: '8' } });
    expect(variableDrift(now, given({ A: '1' }, { secret_versions: { A: '7' } }))).toEqual(SAME);
  });

  test('that cannot be read are neither missing nor extra, nor at the platform', () => {
    const now = wanted({}, { unread: ['A', 'NEW'] });
    expect(variableDrift(now, given({ A: '1' }), [kept('A'), kept('NEW')])).toEqual(SAME);
  });

  test('that options refer to count, and those of releases that have none on record do not', () => {
    const now = wanted({}, { option_secrets: fingerprints({ 'registry.password': 'new' }) });
    const then = given({}, { option_secrets: fingerprints({ 'registry.password': 'old' }) });
    expect(variableDrift(now, then).changed).toEqual([{ name: 'registry.password', where: 'release' }]);
    expect(variableDrift(now, given({}))).toEqual(SAME);
  });

  test('that only the build has with other values need another build', () => {
    const now = wanted({ A: '2' }, { build_variables: fingerprints({ A: '2' }) });
    const drift = variableDrift(now, given({ A: '2' }, { build_variables: fingerprints({ A: '1' }) }));
    expect(drift).toEqual({ ...SAME, changed: [{ name: 'A', where: 'build' }], stale_build: ['A'] });
    expect(needsPlacing(drift)).toBe(false);
  });
});

describe('variables that a platform keeps', () => {
  test('are held against what the release was given, and those of others are left alone', () => {
    const at = [kept('A', 'edited'), kept('C'), kept('OLD'), kept('PORT'), kept('THEIRS', 'x', false)];
    expect(variableDrift(wanted({ A: '1', B: '2', C: '3' }), given({ A: '1', B: '2', C: '3' }), at)).toEqual({
      ...SAME,
      missing: [{ name: 'B', where: 'platform' }],
      extra: [{ name: 'OLD', where: 'platform' }],
      changed: [{ name: 'A', where: 'platform' }],
      unmanaged: ['THEIRS'],
    });
  });

  test('are not told of twice where the release differs too', () => {
    const drift = variableDrift(wanted({ A: 'new', B: '2' }), given({ A: 'old', C: '3' }), [kept('A', 'x'), kept('D')]);
    expect(drift.changed).toEqual([{ name: 'A', where: 'release' }]);
    expect(drift.missing).toEqual([{ name: 'B', where: 'release' }]);
    expect(drift.extra).toEqual([
      { name: 'C', where: 'release' },
      { name: 'D', where: 'platform' },
    ]);
  });
});

describe('deploying again what changed', () => {
  const old = ['api', 'web'].map((name) => aRelease(name, { variables: { LEVEL: 'info' } }));
  const plan = (api: Record<string, string>, changed: Record<string, readonly KeptFingerprint[]> = {}) =>
    planRedeploy(
      aSnapshot({
        current: anEnvironmentState(old),
        version: aVersion(old),
        observed: { api: observed({ variables: api }), web: observed({ variables: { LEVEL: 'info' } }) },
      }),
      { changed },
    ).plan;

  test('places the services whose variables did, and says why the others stay', () => {
    const { operations, unchanged } = plan({ LEVEL: 'debug' });
    expect(operations.map(({ service }) => service)).not.toContain('web');
    expect(operations.some(({ id }) => id === 'deploy:api')).toBe(true);
    expect(unchanged).toEqual([{ service: 'web', because: 'its variables are those of its release' }]);
  });

  test('has nothing to do when none did', () => {
    expect(plan({ LEVEL: 'info' }).operations).toEqual([]);
  });

  test('names what was edited at the platform', () => {
    expect(operation(plan({ LEVEL: 'info' }, { api: [kept('LEVEL', 'edited')] }), 'deploy:api').because).toBe(
      'the same version again; at the platform: variable LEVEL changed',
    );
  });
});
