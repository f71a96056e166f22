import type { PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../../image/engine/client.ts';
import type { Host } from '../host.ts';
import { LABEL, labelFilter, secretName, targetLabels } from '../names.ts';
import { filesOf } from '../release/variables.ts';

/** What a cluster tells of a secret. Nobody can read its value back. */
export interface SecretView {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels: Readonly<Record<string, string>> };
}

/** One that a service can be given. */
export interface MadeSecret {
  readonly id: string;
  readonly name: string;
  readonly variable: string;
}

/** What a cluster takes, in bytes. */
const LARGEST = 500 * 1024;

/**
 * Makes the secrets of a release that has no service yet. Those that an earlier attempt left are made anew: nothing could
 * tell whether they hold what the variables are now.
 */
export async function makeSecrets(
  { engine, options }: Host,
  target: Target,
  request: PlaceRequest,
  release: string,
): Promise<readonly MadeSecret[]> {
  const files = [...filesOf({ options }, request)];
  for (const [variable, value] of files) requireSize(variable, Buffer.byteLength(value));
  await removeSecrets(engine, target, release);
  return Promise.all(
    files.map(async ([variable, value]) => {
      const name = secretName(target, release, variable);
      const body = {
        Name: name,
        Labels: {
          ...targetLabels(target),
          [LABEL.role]: 'secret',
          [LABEL.version]: request.version_id,
          [LABEL.release]: release,
          [LABEL.variable]: variable,
        },
        Data: Buffer.from(value).toString('base64'),
      };
      const made = { doing: `create the secret ${name}`, body, accept: [409] };
      const answer = await engine.call<{ ID: string }>('POST', '/secrets/create', made);
      if (answer.status === 409) throw taken(name);
      return { id: answer.body.ID, name, variable };
    }),
  );
}

/** Of a target, the oldest first. */
export async function listSecrets(engine: Engine, target: Target): Promise<readonly SecretView[]> {
  const query = { filters: labelFilter(targetLabels(target)) };
  const { body } = await engine.call<SecretView[]>('GET', '/secrets', { doing: 'list secrets', query });
  return body.toSorted((one, other) => Date.parse(one.CreatedAt) - Date.parse(other.CreatedAt));
}

/** Of one release, or of all of a target. A service that has them has to be gone. */
export async function removeSecrets(engine: Engine, target: Target, release?: string): Promise<void> {
  const secrets = await listSecrets(engine, target);
  const own = secrets.filter(({ Spec }) => release === undefined || Spec.Labels[LABEL.release] === release);
  await Promise.all(
    own.map(({ ID, Spec }) =>
      engine.call('DELETE', `/secrets/${ID}`, { doing: `remove the secret ${Spec.Name}`, accept: [404] }),
    ),
  );
}

function requireSize(variable: string, size: number): void {
  if (size > 0 && size <= LARGEST) return;
  const what = size === 0 ? 'is empty' : `is larger than ${LARGEST / 1024} KiB`;
  throw new DeployerError({
    code: 'INVALID_ENV',
    stage: 'deploy',
    reason: `The value of ${variable} ${what}, which a Swarm takes for no secret`,
    fix: `Correct the value of ${variable}, or take it out of docker.secret_files`,
  });
}

function taken(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'deploy',
    reason: `The secret ${name} belongs to somebody else`,
    fix: 'Remove it, and deploy again',
  });
}
