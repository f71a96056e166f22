import type { EnvironmentConfig } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import type { Variables } from '../core/secret.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { refuseErrors } from './refuse.ts';
import { withinPaths } from './secret-paths.ts';
import type { Workspace } from './workspace.ts';

/** For all providers together, ms. */
const TIMEOUT = 60_000;

/** What an environment's names stand for now, exactly as it is kept. */
export interface PresentValues {
  /** Secrets are wrapped; those that cannot be read are not here. */
  readonly values: Variables;
  /** By name: why a secret cannot be read. */
  readonly unread: ReadonlyMap<string, Finding>;
  readonly warnings: readonly Finding[];
}

/** Variables, flags as text, and the values behind the references, all of them or those of `keys`. Read anew each time. */
export async function presentValues(
  { runtime, config }: Workspace,
  environment: EnvironmentConfig,
  { variables, secrets, flags }: AppliedConfiguration,
  keys?: ReadonlySet<string>,
): Promise<PresentValues> {
  const wanted = <T>(members: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(members).filter(([key]) => keys?.has(key) ?? true));
  const resolver = await runtime.openSecrets(config);
  const { allowed, findings } = withinPaths(environment, wanted(secrets));
  refuseErrors(findings);
  const resolved = await resolver.resolveAll(allowed, AbortSignal.timeout(TIMEOUT));
  runtime.redactor.add(...resolved.hidden);
  const texts = Object.entries(wanted(flags)).map(([name, value]) => [name, String(value)]);
  const errors = resolved.findings.filter(({ level }) => level === 'error');
  return {
    values: { ...wanted(variables), ...Object.fromEntries(texts), ...resolved.values },
    unread: new Map(errors.map((finding) => [finding.key ?? '', finding])),
    warnings: resolved.findings.filter(({ level }) => level === 'warning'),
  };
}
