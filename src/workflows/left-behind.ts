import type { Plan } from '../core/plan.ts';
import type { LeftBehind } from '../core/run.ts';
import type { ExecutionResult } from '../execute/result.ts';
import { outputsOf } from './fold.ts';

/** Places that a plan may leave as they are. */
export function mayBeLeft({ operations }: Plan): readonly LeftBehind[] {
  return operations.flatMap(({ action }) =>
    action.do === 'destroy' && action.leaves ? [{ service: action.service, places: action.leaves }] : [],
  );
}

/** Places that a run has left as they are. */
export function leftBehind({ operations }: Plan, result: Pick<ExecutionResult, 'operations'>): readonly LeftBehind[] {
  const outputs = new Map(result.operations.map((operation) => [operation.id, operation.outputs]));
  return operations.flatMap(({ id, action }) => {
    const left = action.do === 'destroy' ? outputsOf<'destroy'>(outputs.get(id))?.left : undefined;
    return action.do === 'destroy' && left ? [{ service: action.service, places: left }] : [];
  });
}

/** What drivers keep for the next try where a first deploy was taken back, in their words. */
export function leftForNext({ compensations }: Pick<ExecutionResult, 'compensations'>): readonly string[] {
  return compensations.flatMap(({ outputs }) => outputsOf<'destroy'>(outputs)?.left ?? []);
}

/** For the audit log; nothing where nothing is left. */
export function leftDetail(left: readonly LeftBehind[]): Readonly<Record<string, string>> {
  const text = left.flatMap(({ service, places }) => places.map((place) => `${service} on ${place}`)).join(', ');
  return text === '' ? {} : { left: text };
}
