import type { Action, Compensation, Operation, OperationType, Plan } from '../../src/core/plan.ts';

const DIGEST = `sha256:${'0'.repeat(64)}` as const;

const TYPE_BY_PREFIX: Readonly<Record<string, OperationType>> = {
  provision: 'infra_provision',
  configure: 'configure',
  migrate: 'migration',
  build: 'build',
  deploy: 'deploy',
  traffic: 'traffic',
  health: 'health_check',
  cleanup: 'cleanup',
};

/**
 * An operation from its id alone: `build:web` is a build of service `web`. Everything can be overridden; without
 * `depends_on` it depends on nothing, without `driver` on no driver.
 */
export function anOperation(id: string, overrides: Partial<Operation> = {}): Operation {
  const [prefix = 'build', subject = 'web'] = id.split(':');
  const type = overrides.type ?? TYPE_BY_PREFIX[prefix] ?? 'build';
  return {
    id,
    type,
    title: `Do ${id}`,
    because: 'the test needs it',
    ...(type === 'migration' ? {} : { service: subject }),
    depends_on: [],
    changes: [],
    action: actionFor(type, subject, id),
    timeout_ms: 300_000,
    ...overrides,
  };
}

/** What undoes `anOperation(id)`; for `started` unless said otherwise. */
export function aCompensation(id: string, overrides: Partial<Compensation> = {}): Compensation {
  const subject = id.split(':')[1] ?? 'web';
  return {
    id: `undo:${id}`,
    type: 'cleanup',
    title: `Undo ${id}`,
    action: { do: 'withdraw', service: subject },
    when: 'started',
    ...overrides,
  };
}

/** An operation that can be undone. */
export function anUndoable(id: string, overrides: Partial<Operation> = {}): Operation {
  return anOperation(id, { compensation: aCompensation(id), ...overrides });
}

/** A deploy plan for `staging` with these operations, in a topological order. */
export function aPlan(operations: readonly Operation[], overrides: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    id: 'plan_0123456789abcdef',
    intent: 'deploy',
    env: 'staging',
    based_on: {
      lineage: null,
      state_serial: 0,
      environment_digest: DIGEST,
      config_digest: DIGEST,
      inputs_digest: DIGEST,
      source: null,
    },
    operations,
    unchanged: [],
    changes: [],
    warnings: [],
    gates: [],
    estimate: { known: 0, unknown: operations.length },
    ...overrides,
  };
}

/** The whole way of two services and a database: every operation type, with the dependencies a planner gives them. */
export function aWholePlan(): Plan {
  return aPlan([
    anOperation('provision:api'),
    anUndoable('configure:api', { depends_on: ['provision:api'] }),
    anOperation('migrate:main:pre_deploy'),
    anOperation('build:api'),
    anOperation('build:web'),
    anUndoable('deploy:api', {
      depends_on: ['build:api', 'configure:api', 'migrate:main:pre_deploy'],
      driver: 'local',
    }),
    anUndoable('deploy:web', { depends_on: ['build:web', 'deploy:api'], driver: 'local' }),
    anUndoable('traffic:api:100', { depends_on: ['deploy:api'], driver: 'local' }),
    anUndoable('traffic:web:100', { depends_on: ['deploy:web', 'traffic:api:100'], driver: 'local' }),
    anOperation('migrate:main:post_deploy', {
      depends_on: ['traffic:api:100', 'traffic:web:100'],
      on_failure: 'keep',
    }),
    anOperation('health:web', { depends_on: ['migrate:main:post_deploy'] }),
    anOperation('cleanup:web', { depends_on: ['health:web'] }),
  ]);
}

function actionFor(type: OperationType, service: string, id: string): Action {
  switch (type) {
    case 'infra_provision':
      return { do: 'provision', service };
    case 'configure':
      return { do: 'configure', service, names: ['LOG_LEVEL'] };
    case 'migration': {
      const strategy = id.endsWith('post_deploy') ? 'post_deploy' : 'pre_deploy';
      return { do: 'migrate', database: service, strategy, files: [], direction: 'up' };
    }
    case 'build':
      return { do: 'build', service, source: DIGEST };
    case 'deploy':
      return { do: 'place', service, version: 'new' };
    case 'traffic':
      return { do: 'shift', service, percent: Number(id.split(':')[2] ?? 100) };
    case 'health_check':
      return { do: 'check', service };
    case 'cleanup':
      return { do: 'retire', service, keep: 1 };
  }
}
