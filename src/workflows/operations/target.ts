import { DeployerError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { serviceVariables } from '../variables.ts';
import { callFor, requireService, type Session } from './session.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { do: K }>;

/** Creates or adopts what the target needs for its whole life. */
export async function provision(
  session: Session,
  action: ActionOf<'provision'>,
  scope: OperationContext,
): Promise<Json> {
  const { driver, target, context } = await callFor(session, action.service, scope);
  if (!driver.provision) throw unsupported(driver.facts.name, 'provision');
  const { resource, outcome, url } = await driver.provision(target, context);
  scope.log(outcome === 'created' ? `created${url ? ` ${url}` : ''}` : outcome);
  return { resource, outcome };
}

/** Brings the platform's variables to the wanted set; only names come back. */
export async function configure(
  session: Session,
  action: ActionOf<'configure'>,
  scope: OperationContext,
): Promise<Json> {
  const { driver, target, context } = await callFor(session, action.service, scope);
  if (!driver.configure) throw unsupported(driver.facts.name, 'configure');
  const variables = serviceVariables(requireService(session, action.service), driver.facts, session.variables);
  const { names } = await driver.configure(target, variables, context);
  return { names };
}

/** Removes what the target created, and only that; its data only when the plan says so. */
export async function destroy(
  session: Session,
  action: ActionOf<'destroy'>,
  scope: OperationContext,
  why: { readonly undoing?: true } = {},
): Promise<Json> {
  const { driver, target, context } = await callFor(session, action.service, scope);
  const manner = { ...context, ...why, ...(action.leaves ? { leaving: action.leaves } : {}) };
  const destroyed = await driver.destroy(target, manner, action.data ?? 'keep');
  return destroyed && destroyed.left.length > 0 ? { left: destroyed.left } : {};
}

export function unsupported(driver: string, ability: string): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason: `The driver ${driver} cannot ${ability}`,
    fix: 'Choose another driver for this service',
  });
}
