import type { EnvironmentConfig, RolloutConfig } from '../../core/config.ts';
import type { WrittenEnvironment } from '../schema/project.ts';
import { milliseconds } from './service.ts';

/** A checked environment with every default filled in; what stands in `parts` carries its overrides already. */
export function completeEnvironment(
  name: string,
  written: WrittenEnvironment,
  parts: Pick<EnvironmentConfig, 'services' | 'databases'>,
): EnvironmentConfig {
  const { mode, ttl, secret_paths } = written;
  return {
    name,
    mode,
    aliases: written.aliases ?? [],
    protected: written.protected ?? mode === 'production',
    promote_from: written.promote_from ?? [],
    variables: texts(written.variables ?? {}),
    secrets: written.secrets ?? Object.create(null),
    ...(secret_paths === undefined ? {} : { secret_paths }),
    flags: written.flags ?? Object.create(null),
    ...parts,
    rollout: completeRollout(written.rollout),
    rollback: { automatic: written.rollback?.automatic ?? true },
    ...(ttl === undefined ? {} : { ttl: milliseconds(ttl, 0) }),
  };
}

function completeRollout(written: WrittenEnvironment['rollout']): RolloutConfig {
  const strategy = written?.strategy ?? 'all';
  return {
    strategy,
    steps: written?.steps ?? (strategy === 'canary' ? [10, 50] : []),
    interval: milliseconds(written?.interval, 300_000),
    max_error_rate: written?.max_error_rate ?? 0.01,
    ...(written?.max_latency_ratio === undefined ? {} : { max_latency_ratio: written.max_latency_ratio }),
    min_requests: written?.min_requests ?? 50,
  };
}

function texts(values: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  const all: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(values)) all[name] = String(value);
  return all;
}
