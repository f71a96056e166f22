import { describe, expect, test } from 'vitest';
import { restoredRevisions, settingsBehind, settingsOf, withRevision } from '../../src/core/revisions.ts';
import type { AppliedConfiguration, ConfigurationRevision } from '../../src/core/state.ts';

const NOW = { at: '2026-01-01T00:00:00.000Z', by: 'ann' };

function revision(number: number, variables: ConfigurationRevision['variables']): ConfigurationRevision {
  return { revision: number, ...NOW, variables, secrets: {}, flags: {} };
}

function configuration(number: number, variables: AppliedConfiguration['variables'] = {}): AppliedConfiguration {
  return { revision: number, variables, secrets: {}, flags: {} };
}

const two = [revision(1, { A: '1' }), revision(2, { A: '2', B: null })];

describe('revisions', () => {
  test('lie over each other, the newest on top', () => {
    expect(settingsOf(two).variables).toEqual({ A: '2', B: null });
    expect(settingsOf(two).flags).toEqual({});
  });

  test('go back by a new one, behind which nothing counts', () => {
    const back = restoredRevisions(two, { configuration: configuration(1), planned: { from: 2, to: 1 }, ...NOW });
    expect(back.slice(0, 2)).toEqual(two);
    expect(back.at(-1)).toMatchObject({ revision: 3, variables: { A: '1' }, restores: 1 });
    expect(settingsOf(back).variables).toEqual({ A: '1' });
  });

  test('go back to what the config file says when nothing was set then', () => {
    const back = restoredRevisions(two, { configuration: configuration(0), planned: { from: 2, to: 0 }, ...NOW });
    expect(settingsOf(back).variables).toEqual({});
  });

  test('that came while the roll-back was cut off stay', () => {
    const later = [...two, revision(3, { C: '3' })];
    const back = restoredRevisions(later, { configuration: configuration(1), planned: { from: 2, to: 1 }, ...NOW });
    expect(settingsOf(back).variables).toEqual({ A: '1', C: '3' });
  });

  test('are not restored twice when a roll-back is closed again', () => {
    const request = { configuration: configuration(1), planned: { from: 2, to: 1 }, ...NOW };
    const once = restoredRevisions(two, request);
    expect(restoredRevisions(once, request)).toBe(once);
  });

  test('mean the same when there are too many to keep', () => {
    let kept: readonly ConfigurationRevision[] = [revision(1, { OLD: 'x' })];
    for (let number = 2; number <= 40; number += 1) kept = withRevision(kept, revision(number, { A: String(number) }));
    kept = restoredRevisions(kept, { configuration: configuration(1), planned: { from: 40, to: 1 }, ...NOW });
    for (let number = 42; number <= 120; number += 1)
      kept = withRevision(kept, revision(number, { B: String(number) }));
    expect(kept).toHaveLength(50);
    expect(settingsOf(kept).variables).toEqual({ OLD: 'x', B: '120' });
  });

  test('that are not kept any more are told from the configuration of that day', () => {
    let kept: readonly ConfigurationRevision[] = [];
    for (let number = 1; number <= 60; number += 1)
      kept = withRevision(kept, revision(number, { A: String(number), [`N${number}`]: 'set' }));
    const then = settingsBehind(kept, configuration(2, { A: '2', N1: 'set', FROM_FILE: 'y' }));
    expect(then.variables).toMatchObject({ A: '2', N1: 'set', N60: null });
    expect(then.variables).not.toHaveProperty('FROM_FILE');
  });
});
