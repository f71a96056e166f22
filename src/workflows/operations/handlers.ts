import type { Json } from '../../core/json.ts';
import type { Action, Compensation, Operation } from '../../core/plan.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { FindAnswer, OperationContext, OperationHandlers } from '../../execute/handlers.ts';
import { build } from './build.ts';
import { check } from './check.ts';
import { runReleaseCommand } from './command.ts';
import { findMigrated, migrate } from './migrate.ts';
import { findPlaced, place, shift, withdraw } from './release.ts';
import { restore, retire } from './retire.ts';
import type { Session } from './session.ts';
import { configure, destroy, provision } from './target.ts';
import { watch } from './watch.ts';

/** The work behind each kind of action. The executor decides when; the plan decided what. */
export function createHandlers(session: Session): OperationHandlers {
  return {
    perform: (operation, context) => act(session, operation.action, context),
    compensate: (compensation: Compensation, _of: Operation, context) =>
      takeBack(session, compensation.action, context),
    find: (operation, context) => find(session, operation.action, context),
  };
}

function takeBack(session: Session, action: Action, context: OperationContext): Promise<Json> {
  return action.do === 'destroy' ? destroy(session, action, context, { undoing: true }) : act(session, action, context);
}

function act(session: Session, action: Action, context: OperationContext): Promise<Json> {
  switch (action.do) {
    case 'provision':
      return provision(session, action, context);
    case 'configure':
      return configure(session, action, context);
    case 'migrate':
      return migrate(session, action, context);
    case 'build':
      return build(session, action, context);
    case 'run':
      return runReleaseCommand(session, action, context);
    case 'place':
      return place(session, action, context);
    case 'restore':
      return restore(session, action, context);
    case 'shift':
      return shift(session, action, context);
    case 'check':
      return check(session, action, context);
    case 'watch':
      return watch(session, action, context);
    case 'retire':
      return retire(session, action, context);
    case 'withdraw':
      return withdraw(session, action, context);
    case 'destroy':
      return destroy(session, action, context);
    default:
      return unreachable(action);
  }
}

/**
 * After a crash: placing and migrating are asked for; everything else ends in the same state when done twice. A release
 * command too, since the driver finds the one that was begun.
 */
async function find(session: Session, action: Action, context: OperationContext): Promise<FindAnswer> {
  if (action.do === 'place') return findPlaced(session, action, context);
  if (action.do === 'migrate') return findMigrated(session, action, context);
  return 'repeat';
}
