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
