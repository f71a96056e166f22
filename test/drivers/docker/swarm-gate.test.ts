import { describe, expect, it } from 'vitest';
import { sightOf } from '../../../src/drivers/docker/swarm/gate.ts';
import type { TaskView } from '../../../src/drivers/docker/swarm/services.ts';

const expected = { name: 'shop-prod-api', replicas: 2, before: new Set(['old']) };

describe('a service at its gate', () => {
  it('is well when all replicas run and are meant to', () => {
    expect(sightOf([task('a'), task('b')], expected).state).toBe('well');
    expect(sightOf([task('a'), task('b', { DesiredState: 'shutdown' })], expected).state).toBe('waiting');
    expect(sightOf([task('a')], expected).state).toBe('waiting');
  });

  it('is not judged by tasks of another time', () => {
    const old = task('old', { Status: status('failed') });
    expect(sightOf([task('a'), task('b'), old], expected).state).toBe('well');
  });

  it.each(['failed', 'rejected', 'complete', 'orphaned'])('is refused as soon as one task is %s', (state) => {
    const broken = task('b', { Status: { ...status(state), Err: 'No such image', ContainerStatus: { ExitCode: 7 } } });
    expect(sightOf([task('a'), broken, task('c')], expected)).toMatchObject({
      state: 'refused',
      refusal: { detail: ['No such image'] },
    });
  });

  it('tells what its tasks wait for when the time is up', () => {
    const waiting = task('b', { Status: { ...status('pending'), Err: 'no suitable node' } });
    expect(sightOf([task('a'), waiting], expected)).toMatchObject({
      late: {
        reason: 'had 1 of 2 replicas running, which was not healthy in time',
        detail: ['a task is running', 'a task is pending: no suitable node'],
      },
    });
  });
});

function status(State: string): TaskView['Status'] {
  return { State, Timestamp: '2026-01-01T00:00:00Z' };
}

function task(ID: string, over: Partial<TaskView> = {}): TaskView {
  const times = { CreatedAt: '2026-01-01T00:00:00Z', DesiredState: 'running' };
  return { ID, ServiceID: 's', ...times, Status: status('running'), ...over };
}
