import { describe, expect, it } from 'vitest';
import { type FoldRequest, foldRun } from '../../src/workflows/fold.ts';

describe('what the state says of a service after its old releases were retired', () => {
  it('is as before, when its driver cleared nothing', () => {
    expect(resourceAfter({ retired: 1 })).toEqual({ hosts: ['one', 'two'] });
  });

  it('is what its driver left, when it cleared places that are not used any more', () => {
    expect(resourceAfter({ retired: 0, resource: { hosts: ['one'] } })).toEqual({ hosts: ['one'] });
  });
});

function resourceAfter(outputs: object): unknown {
  const request = {
    before: { name: 'dev', resources: { api: { hosts: ['one', 'two'] } }, current: {}, revisions: [], deployments: [] },
    plan: { intent: 'deploy', operations: [{ id: 'cleanup:api', action: { do: 'retire', service: 'api', keep: 0 } }] },
    context: { env: 'dev' },
    events: [{ type: 'operation.succeeded', operation: 'cleanup:api', duration_ms: 1, outputs }],
    closing: 'succeeded',
    at: '2026-01-01T00:00:00Z',
  };
  return foldRun(request as unknown as FoldRequest)?.resources.api;
}

describe('what the state says of a service whose first deploy was taken back', () => {
  it.each([
    ['nothing, when nothing is left of it', {}, undefined],
    ['where it is, when its driver keeps something for the next try', { left: ['the stack'] }, { bucket: 'files' }],
  ])('is %s', (_, outputs, expected) => {
    const compensation = { id: 'undo:provision:api', action: { do: 'destroy', service: 'api' } };
    const operation = { id: 'provision:api', action: { do: 'provision', service: 'api' }, compensation };
    const made = { resource: { bucket: 'files' }, outcome: 'created' };
    const request = {
      before: undefined,
      plan: { intent: 'deploy', operations: [operation] },
      context: { env: 'dev' },
      events: [
        { type: 'operation.succeeded', operation: 'provision:api', duration_ms: 1, outputs: made },
        { type: 'compensation.succeeded', operation: 'provision:api', compensation: compensation.id, outputs },
      ],
      closing: 'undone',
      at: '2026-01-01T00:00:00Z',
    };
    expect(foldRun(request as unknown as FoldRequest)?.resources.api).toEqual(expected);
  });
});
