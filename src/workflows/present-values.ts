import type { Finding } from '../core/finding.ts';
import type { Variables } from '../core/secret.ts';
import type { AppliedConfiguration } from '../core/state.ts';
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

/** Variables, flags as text, and the values behind the references, all of them or those of `keys`. */
export async function presentValues(
  { runtime, config }: Workspace,
  { variables, secrets, flags }: AppliedConfiguration,
  keys?: ReadonlySet<string>,
): Promise<PresentValues> {
  const wanted = <T>(members: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(members).filter(([key]) => keys?.has(key) ?? true));
  const resolver = await runtime.openSecrets(config);
  const resolved = await resolver.resolveAll(wanted(secrets), AbortSignal.timeout(TIMEOUT));
  runtime.redactor.add(...Object.values(resolved.values));
  const texts = Object.entries(wanted(flags)).map(([name, value]) => [name, String(value)]);
  const errors = resolved.findings.filter(({ level }) => level === 'error');
  return {
    values: { ...wanted(variables), ...Object.fromEntries(texts), ...resolved.values },
    unread: new Map(errors.map((finding) => [finding.key ?? '', finding])),
    warnings: resolved.findings.filter(({ level }) => level === 'warning'),
  };
}
