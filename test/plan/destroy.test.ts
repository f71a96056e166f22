import { expect, test } from 'vitest';
import { planDestroy } from '../../src/plan/destroy.ts';
import { planText } from '../../src/report/plan/text.ts';
import { aDatabase, anEnvironmentState, aRelease, aSnapshot, running } from '../support/snapshots.ts';
import { graph } from './reading.ts';

const live = [aRelease('api'), aRelease('web')];

test('everything goes, dependents first; databases stay', () => {
  const snapshot = aSnapshot({ current: anEnvironmentState(live), databaseConfigs: [aDatabase('main')] });
  const { plan, errors } = planDestroy(snapshot);
  expect(errors).toEqual([]);
  expect(graph(plan)).toBe('destroy:web <\ndestroy:api < destroy:web');
  expect(planText(plan, { verbose: true })).toMatchInlineSnapshot(`
    "Destroy staging  plan_7cc73e8b4660e292

    Operations
      destroy:web  Remove web from local  staging is destroyed
          - web (ver_1, http://web.localhost)
      destroy:api  Remove api from local  staging is destroyed
          - api (ver_1, http://api.localhost)
          after destroy:web

    Changes
      - service api
      - service web

    Warnings
      ! The database main and its data are not touched
        → Remove it yourself if nobody needs it any more

    2 operations
    "
  `);
});

test('what was only provisioned, or is only seen at the platform, goes too', () => {
  const current = anEnvironmentState([], { resources: { api: { id: 1 } } });
  const inspections = { web: running(aRelease('web')) };
  expect(graph(planDestroy(aSnapshot({ current, inspections })).plan)).toBe('destroy:web <\ndestroy:api < destroy:web');
});

test('where nothing is there is nothing to do', () => {
  const { plan } = planDestroy(aSnapshot());
  expect(plan.operations).toEqual([]);
  expect(plan.unchanged).toEqual([
    { service: 'api', because: 'nothing of it is there' },
    { service: 'web', because: 'nothing of it is there' },
  ]);
});

test('places that do not answer are told of, and are left only when that is asked for', () => {
  const snapshot = aSnapshot({ current: anEnvironmentState(live) });
  const silent = { api: ['ssh://two', 'ssh://one'] };
  const usual = planDestroy(snapshot, { silent }).plan;
  const leaving = planDestroy(snapshot, { silent, unreachable: 'leave' }).plan;
  expect(usual.operations.map(({ action }) => action)).toEqual([
    { do: 'destroy', service: 'web' },
    { do: 'destroy', service: 'api' },
  ]);
  expect(usual.warnings).toMatchObject([
    { message: expect.stringContaining('ssh://one'), fix: expect.stringContaining('--leave-unreachable') },
    { message: expect.stringContaining('ssh://two') },
  ]);
  expect(leaving.operations.at(-1)?.action).toEqual({
    do: 'destroy',
    service: 'api',
    leaves: ['ssh://one', 'ssh://two'],
  });
  expect(leaving.warnings).toMatchObject([{ message: expect.stringContaining('is forgotten') }, {}]);
  expect(leaving.id).not.toBe(usual.id);
  expect(planDestroy(snapshot, { unreachable: 'leave' }).plan.id).toBe(planDestroy(snapshot).plan.id);
});

test('a service that left the config cannot be removed, and is named', () => {
  const { plan } = planDestroy(aSnapshot({ current: anEnvironmentState([...live, aRelease('worker')]) }));
  expect(plan.warnings).toMatchObject([{ code: 'DRIFT', path: 'services.worker' }]);
});
