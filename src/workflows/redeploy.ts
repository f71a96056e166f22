import type { Finding } from '../core/finding.ts';
import type { RunReport } from '../core/run.ts';
import { list } from '../core/text.ts';
import { planRedeploy, type RedeployRequest } from '../plan/redeploy.ts';
import type { KeptFingerprint } from '../plan/variable-drift.ts';
import { applyPlan, type Planned } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { keptVariables } from './kept-variables.ts';
import { type Observation, observe } from './observe.ts';
import { currentVersion } from './version-lookup.ts';
import type { Workspace } from './workspace.ts';

/** Places the running version again, with the variables of today; all services, or those whose variables changed. */
export async function redeploy(
  workspace: Workspace,
  request: { readonly env: string; readonly services: 'all' | 'changed' },
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: () => plan(workspace, request),
    command: 'redeploy',
    ...options,
  });
}

async function plan(
  workspace: Workspace,
  { env, services }: { readonly env: string; readonly services: 'all' | 'changed' },
): Promise<Planned> {
  const version = await currentVersion(workspace, env);
  const observation = await observe(workspace, { env, version, judging: true });
  const { changed, findings } = services === 'changed' ? await askPlatforms(workspace, observation) : NOT_ASKED;
  const snapshot = { ...observation.snapshot, findings: [...observation.snapshot.findings, ...findings] };
  return {
    ...planRedeploy(snapshot, { changed }),
    observation: { ...observation, snapshot },
    version,
  };
}

interface Asked extends RedeployRequest {
  readonly findings: readonly Finding[];
}

const NOT_ASKED: Asked = { findings: [] };

/** What platforms keep of the services that run; a silent one is told of, and what its releases were given still counts. */
async function askPlatforms(workspace: Workspace, { snapshot }: Observation): Promise<Asked> {
  const { environment, current: state } = snapshot;
  const live = Object.values(environment.services).filter(({ name }) => state?.current[name]);
  const kept = await Promise.all(
    live.map(
      async (service) => [service.name, await keptVariables(workspace, { environment, service, state })] as const,
    ),
  );
  const silent = kept.flatMap(([name, answer]) => (answer === 'silent' ? [name] : []));
  const changed = kept.flatMap(([name, answer]): [string, readonly KeptFingerprint[]][] =>
    typeof answer === 'string' ? [] : [[name, answer]],
  );
  return { changed: Object.fromEntries(changed), findings: silent.length > 0 ? [silentWarning(silent)] : [] };
}

function silentWarning(services: readonly string[]): Finding {
  return {
    level: 'warning',
    code: 'PLATFORM_UNAVAILABLE',
    message: `The platform did not tell which variables it keeps of ${list(services)}; what the releases were given is compared`,
    fix: 'Without --changed all services are placed again',
  };
}
