import { digestTexts } from '../core/digest.ts';
import type { Finding, Place } from '../core/finding.ts';
import {
  type Change,
  type Gate,
  type Intent,
  PLAN_FORMAT,
  type Plan,
  type PlanRequest,
  type Unchanged,
} from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { basisOf } from './basis.ts';
import { estimate } from './estimate.ts';
import { type Step, settle } from './step.ts';

/** What every planner answers. With errors the plan is still complete to look at, but must not run. */
export interface Planned {
  readonly plan: Plan;
  /** What the planner found wrong itself; errors of the snapshot are not repeated. */
  readonly errors: readonly Finding[];
}

/** What a planner decided. */
export interface Outline {
  readonly intent: Intent;
  readonly version?: { readonly id: string; readonly name?: string | undefined } | undefined;
  readonly fromEnvironment?: string | undefined;
  readonly request?: PlanRequest | undefined;
  readonly restores?: Plan['restores'] | undefined;
  /** In listed order. */
  readonly steps: readonly Step[];
  readonly unchanged?: readonly Unchanged[];
  readonly changes?: readonly Change[];
  readonly gates?: readonly Gate[];
  readonly warnings?: readonly Finding[];
  readonly errors?: readonly Finding[];
}

export function finishPlan(snapshot: Snapshot, outline: Outline): Planned {
  const {
    intent,
    version,
    fromEnvironment,
    request,
    restores,
    steps,
    unchanged = [],
    changes = [],
    gates = [],
    warnings = [],
    errors = [],
  } = outline;
  const operations = settle(steps, snapshot.current?.durations ?? {});
  const content: Omit<Plan, 'id'> = {
    format: PLAN_FORMAT,
    intent,
    env: snapshot.environment.name,
    ...(version ? { version_id: version.id } : {}),
    ...(version?.name === undefined ? {} : { version_name: version.name }),
    ...(fromEnvironment === undefined ? {} : { from_env: fromEnvironment }),
    ...(request && Object.keys(request).length > 0 ? { request } : {}),
    ...(restores ? { restores } : {}),
    based_on: basisOf(snapshot),
    operations,
    unchanged,
    changes,
    warnings: [...snapshot.findings.filter(({ level }) => level === 'warning').map(arranged), ...warnings],
    gates,
    estimate: estimate(operations),
  };
  const { format, ...rest } = content;
  return { plan: { format, id: planId(content), ...rest }, errors };
}

/**
 * The id that a plan's own content gives it; a saved plan whose id differs was altered. Over the text of the plan as it
 * stands: a planner gives the same members in the same order, and to sort thousands of operations takes time.
 */
export function planId(plan: Omit<Plan, 'id'> & { readonly id?: string }): string {
  return `plan_${digestTexts(textsOf(plan)).slice('sha256:'.length, 'sha256:'.length + 16)}`;
}

/** Operations that become text at a time: all of them would be several times as large as the plan itself. */
const AT_ONCE = 200;

function* textsOf({ id: _, operations, ...rest }: Parameters<typeof planId>[0]): Generator<string> {
  yield JSON.stringify(rest);
  for (let at = 0; at < operations.length; at += AT_ONCE) yield JSON.stringify(operations.slice(at, at + AT_ONCE));
}

/** With members in a fixed order, so that a plan has the same bytes whoever wrote the finding. */
function arranged({ level, code, message, path, place, expected, fix }: Finding): Finding {
  return {
    level,
    code,
    message,
    ...(path === undefined ? {} : { path }),
    ...(place === undefined ? {} : { place: arrangedPlace(place) }),
    ...(expected === undefined ? {} : { expected }),
    ...(fix === undefined ? {} : { fix }),
  };
}

function arrangedPlace({ file, line, column }: Place): Place {
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}
