import { join } from 'node:path';
import { formatDuration } from '../../core/duration.ts';
import { DeployerError } from '../../core/errors.ts';
import type { InspectedRelease } from '../../core/inspection.ts';
import type { Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import { revealAll } from '../../core/secret.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { serviceVariables } from '../variables.ts';
import { callFor, requireService, type Session } from './session.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { do: K }>;

/** Checks a service where its users reach it. */
export async function check(session: Session, action: ActionOf<'check'>, scope: OperationContext): Promise<Json> {
  const service = requireService(session, action.service);
  if (!service.health) return { attempts: 0 };
  const { driver, target, context } = await callFor(session, action.service, scope);
  const { url, releases, probe_headers } = await driver.inspect(target, context);
  const live = releases.find(({ percent }) => percent > 0);
  const address = url ?? live?.url;
  // What runs inside a container, or has no port for users, only its platform can ask.
  if (driver.facts.artifact === 'image' && (service.health.kind === 'command' || !address))
    return checkInside(service.name, live);
  if (!address) throw unhealthy(service.name, 'it has no URL to check', []);
  const verdict = await session.workspace.runtime.probe({
    check: service.health,
    url: address,
    ...(probe_headers ? { headers: probe_headers } : {}),
    cwd: join(session.workspace.config.root, service.path),
    env: revealAll(serviceVariables(service, driver.facts, session.variables)),
    signal: scope.signal,
    onAttempt: ({ number, answer }) => scope.log(`try ${number}: ${answer}`),
  });
  if (!verdict.healthy)
    throw unhealthy(
      service.name,
      verdict.reason ?? `it was not healthy within ${formatDuration(service.health.timeout)}`,
      verdict.last ? [`last answer: ${verdict.last.answer}`] : [],
    );
  return { attempts: verdict.attempts };
}

function checkInside(service: string, live: InspectedRelease | undefined): Json {
  if (live?.state === 'running') return { attempts: 1 };
  const why = live ? `its release is ${live.state}` : 'nothing of it is live';
  throw unhealthy(service, why, live?.detail ? [live.detail] : []);
}

export function unhealthy(service: string, why: string, detail: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'HEALTH_CHECK_FAILED',
    reason: `${service} is not healthy: ${why}`,
    stage: 'health_check',
    fix: `Look at what it printed: deployer logs --service ${service}`,
    detail,
  });
}
