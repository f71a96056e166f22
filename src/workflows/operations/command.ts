import type { Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import { versionOf } from '../../core/run.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { commandFailed, runCommand } from '../command.ts';
import { serviceVariables } from '../variables.ts';
import { artifactFor, callFor, requireService, type Session } from './session.ts';

type Run = Extract<Action, { do: 'run' }>;

/** Runs the command that was approved, with what the release after it gets. */
export async function runReleaseCommand(session: Session, action: Run, scope: OperationContext): Promise<Json> {
  const call = await callFor(session, action.service, scope);
  const service = requireService(session, action.service);
  const request = {
    version_id: versionOf(session.context),
    artifact: artifactFor(session, action.service, scope),
    variables: serviceVariables(service, call.driver.facts, session.variables),
    command: action.command,
    kind: 'release' as const,
  };
  const what = `The release command of ${action.service}`;
  const { end, said } = await runCommand(call, request, what);
  if (end.exit_code !== 0) throw commandFailed(end, { what, said });
  return {};
}
