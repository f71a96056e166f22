import type { DriverContext, Target } from '../../../core/driver.ts';
import { Secret } from '../../../core/secret.ts';
import type { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import { part } from '../names.ts';
import { readOptions } from '../options.ts';

const HEADER = 'x-vercel-protection-bypass';

/** What a health check has to send so that Deployment Protection lets it in; nothing where there is none. */
export function bypassHeaders({ protectionBypass }: ProjectView): Readonly<Record<string, Secret>> {
  const [secret] = Object.keys(protectionBypass ?? {});
  return secret === undefined ? {} : { [HEADER]: new Secret(secret) };
}

/** Makes a secret for a protected project that has none. It stays with the project and goes with it. */
export async function ensureBypass(
  api: Vercel,
  project: ProjectView,
  { service }: Target,
  { idempotencyKey }: DriverContext,
): Promise<'created' | 'unchanged'> {
  const isProtected = Boolean(project.ssoProtection ?? project.passwordProtection);
  const has = Object.keys(project.protectionBypass ?? {}).length > 0;
  if (!isProtected || has || !readOptions(service.options).protection_bypass) return 'unchanged';
  await api.call('PATCH', `/v1/projects/${part(project.id)}/protection-bypass`, {
    doing: `make a bypass secret for ${project.name}`,
    body: { generate: { note: `deployer ${idempotencyKey}`.slice(0, 100) } },
  });
  return 'created';
}
