import { buildArtifact } from '../../artifacts/build.ts';
import type { Artifact, FileWatch } from '../../core/artifact.ts';
import type { ServiceConfig } from '../../core/config.ts';
import { digestValue } from '../../core/digest.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Action } from '../../core/plan.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { buildInputsOf } from '../build-inputs.ts';
import { sourceDigest } from '../sources.ts';
import { buildVariables, fingerprints } from '../variables.ts';
import { callFor, requireService, type Session } from './session.ts';

type Build = Extract<Action, { do: 'build' }>;

/**
 * Builds exactly the sources that were approved: their digest is taken before and after, so that neither an edit since
 * the plan nor one during the build slips in.
 */
export async function build(session: Session, action: Build, scope: OperationContext): Promise<Json> {
  const service = requireService(session, action.service);
  await requireSource(session, action, 'since the plan was made');
  const { driver, target, context } = await callFor(session, action.service, scope);
  const variables = buildVariables(service, session.variables);
  const { workspace } = session;
  const secrets = [...session.variables.secretNames];
  const artifact = driver.build
    ? await driver.build({ ...target, secrets }, variables, context)
    : service.from !== undefined
      ? madeElsewhere(service.from)
      : await buildArtifact({
          service,
          variables,
          root: workspace.config.root,
          store: workspace.artifacts,
          processes: workspace.runtime.processes,
          signal: scope.signal,
          timeout: scope.remaining(),
          log: scope.log,
          listFiles: () => workspace.sources().list(service),
          watch: await searchFor(session, service),
        });
  await requireSource(session, action, 'while it was built');
  scope.log(`artifact ${artifact.digest}`);
  return { artifact: { ...artifact } };
}

/** Looks for the secrets of this run in what the build made. */
async function searchFor({ variables, context }: Session, service: ServiceConfig): Promise<FileWatch> {
  const [{ soughtSecrets }, { searchOutput }] = await Promise.all([
    import('../sought-secrets.ts'),
    import('../../artifacts/search-output.ts'),
  ]);
  return searchOutput(service.name, soughtSecrets(service, Object.values(context.services), variables.values));
}

/** Nobody here looks into it: its name is what is known of it. */
function madeElsewhere(from: string): Artifact {
  return { kind: 'image', digest: digestValue({ from }), location: from };
}

async function requireSource(session: Session, action: Build, when: string): Promise<void> {
  const { workspace, context } = session;
  const service = requireService(session, action.service);
  const { secretNames: secrets } = session.variables;
  const place = { environment: { name: context.env, mode: context.mode }, service, secrets };
  const inputs = await buildInputsOf(workspace, place);
  const { digest: files } = workspace.sources().hash(service, inputs);
  // The plan of a first deploy was made before the project had a key: its digest covers no variables.
  const keys = [await workspace.state.key(), undefined];
  const same = keys.some((key) => {
    const variables = fingerprints(buildVariables(service, session.variables), key);
    return sourceDigest(service, { files, variables, inputs }) === action.source;
  });
  if (same) return;
  throw new DeployerError({
    code: 'PLAN_STALE',
    reason: `The files of ${service.name} changed ${when}`,
    fix: `Plan and deploy again: deployer deploy --env ${context.env}`,
    stage: 'build',
  });
}
