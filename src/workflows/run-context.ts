import { optionsDigest } from '../core/configuration.ts';
import { type Plan, placesNew } from '../core/plan.ts';
import type { RunContext } from '../core/run.ts';
import type { MigrationRecord, ReleaseInputs } from '../core/state.ts';
import type { RunRequest } from './run-request.ts';
import { optionFingerprints, secretRecords, versionsAmong } from './secret-records.ts';
import { sourceDigest } from './sources.ts';
import { buildVariables, fingerprints, serviceVariables } from './variables.ts';

/** Everything a resumed run or a later roll-back needs to know about this one. */
export async function makeContext(request: RunRequest): Promise<RunContext> {
  const { workspace, plan, observation, version } = request;
  const { snapshot } = observation;
  const { runtime } = workspace;
  const name = makesVersion(plan) ? request.versionName : version?.name;
  return {
    format: 1,
    run_id: runtime.entropy.id('run_'),
    intent: plan.intent,
    env: plan.env,
    mode: snapshot.environment.mode,
    ...(snapshot.environment.template ? { template: snapshot.environment.template } : {}),
    version_id: makesVersion(plan) ? runtime.entropy.id('ver_') : versionInPlace(request),
    ...(name ? { version_name: name } : {}),
    started_at: new Date(runtime.clock.now()).toISOString(),
    who: runtime.who,
    command: request.command,
    source: snapshot.source,
    config_digest: workspace.config.digest,
    services: snapshot.environment.services,
    databases: snapshot.environment.databases,
    inputs: await inputsOf(request),
    configuration: snapshot.configuration,
    secrets: secretRecords(observation.variables, await workspace.state.key()),
    migrations: version?.migrations ?? migrationsOf(request),
    forced: request.forced,
    compensation: snapshot.environment.rollback.automatic ? 'automatic' : 'off',
  };
}

/**
 * Whether the run puts something new together: a deploy does, and so does a promotion that has to rebuild a service, since
 * an artifact of its own must not go under the name of another.
 */
export function makesVersion(plan: Plan): boolean {
  return plan.operations.some(({ action }) => action.do === 'place' && action.version === 'new');
}

/** The version that a run without a new one is about. */
function versionInPlace({ observation, version }: RunRequest): string | null {
  const { canary, deployments = [] } = observation.snapshot.current ?? {};
  return version?.id ?? canary?.version_id ?? deployments.at(-1)?.version_id ?? null;
}

/** Fingerprints need the project's key, which the plan of a first deploy did not have yet. */
async function inputsOf({ workspace, observation, plan, version }: RunRequest): Promise<Record<string, ReleaseInputs>> {
  const key = await workspace.state.key();
  const { snapshot, variables } = observation;
  const built = new Set(builtServices(plan));
  const inputs = Object.values(snapshot.environment.services).map(async (service) => {
    const build = fingerprints(buildVariables(service, variables), key);
    const { files, build_inputs: inputs, needs } = snapshot.services[service.name] ?? {};
    const promoted = placesNew(plan, service.name) ? undefined : version?.services[service.name]?.inputs;
    const earlier = promoted ?? snapshot.current?.current[service.name]?.inputs;
    const source = files && sourceDigest(service, { files, variables: build, inputs });
    const own = files && source ? { source, files, build_variables: build, needs } : undefined;
    const made = (built.has(service.name) ? own : (earlier ?? own)) ?? missingInputs();
    const facts = snapshot.drivers[service.driver];
    const given = serviceVariables(service, facts, variables);
    return [
      service.name,
      {
        source: made.source,
        files: made.files,
        build_variables: made.build_variables,
        ...(made.needs ? { needs: made.needs } : {}),
        options: optionsDigest(service),
        variables: fingerprints(given, key),
        ...versionsAmong(given, variables),
        ...(await optionFingerprints(workspace, facts, service)),
      },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(inputs));
}

function missingInputs(): never {
  throw new Error('a service was not observed');
}

function builtServices(plan: Plan): string[] {
  return plan.operations.flatMap(({ action }) => (action.do === 'build' ? [action.service] : []));
}

function migrationsOf({ observation }: RunRequest): Record<string, readonly MigrationRecord[]> {
  return Object.fromEntries(
    Object.entries(observation.snapshot.databases).map(([name, { files }]) => [
      name,
      files.map(({ id, phase, checksum }) => ({ id, phase, checksum })),
    ]),
  );
}
