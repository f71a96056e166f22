import { overrideService } from './complete/merge.ts';
import type { Path, Problems } from './problems.ts';
import type { WrittenConfig, WrittenEnvironment, WrittenService } from './schema/project.ts';

/** A config of which only what is right is left: the types hold, but anything may be missing. */
export type SoundConfig = Partial<WrittenConfig>;

/** A service as at least one environment has it. */
export interface EffectiveService {
  readonly name: string;
  /** The environment that overrides it; unset for the service as it stands under `services`. */
  readonly environment?: string;
  readonly written: WrittenService;
}

const NONE: Readonly<Record<string, WrittenService>> = Object.freeze(Object.create(null));

/** Each environment with overrides gets a list of all services of its own; a small text could ask for billions. */
const TARGET_LIMIT = 1_000_000;

/** Whether services times environments that override some can be worked on; else a problem is added. */
export function checkSize(config: SoundConfig, problems: Problems): boolean {
  const services = Object.keys(config.services ?? NONE).length;
  const environments = Object.values(config.environments ?? {}).filter((environment) => environment.services);
  if (services * environments.length <= TARGET_LIMIT) return true;
  problems.add({
    path: ['environments'],
    message: `${services} services in ${environments.length} environments with overrides are too many`,
    expected: `at most ${TARGET_LIMIT} together`,
    fix: 'Split the project',
  });
  return false;
}

/** Services of each environment with its overrides; the very same objects where nothing is overridden. */
export type ServicesByEnvironment = ReadonlyMap<string, Readonly<Record<string, WrittenService>>>;

export function servicesByEnvironment(config: SoundConfig): ServicesByEnvironment {
  const base = config.services ?? NONE;
  const environments = Object.entries(config.environments ?? {});
  return new Map(environments.map(([name, environment]) => [name, overridden(base, environment.services)]));
}

function overridden(
  base: Readonly<Record<string, WrittenService>>,
  overrides: WrittenEnvironment['services'],
): Readonly<Record<string, WrittenService>> {
  const changed = Object.entries(overrides ?? {}).filter(([name]) => base[name] !== undefined);
  if (changed.length === 0) return base;
  const services: Record<string, WrittenService> = Object.assign(Object.create(null), base);
  for (const [name, override] of changed) services[name] = overrideService(base[name] as WrittenService, override);
  return services;
}

/** Each service that differs from the others once. One that every environment overrides is only there as overridden. */
export function effectiveServices(config: SoundConfig, byEnvironment: ServicesByEnvironment): EffectiveService[] {
  const base = config.services ?? NONE;
  const overrides = [...byEnvironment].flatMap(([environment, services]) =>
    Object.keys(services === base ? {} : (config.environments?.[environment]?.services ?? NONE))
      .filter((name) => services[name] !== undefined)
      .map((name) => ({ name, environment, written: services[name] as WrittenService })),
  );
  const times = new Map<string, number>();
  for (const { name } of overrides) times.set(name, (times.get(name) ?? 0) + 1);
  const everywhere = byEnvironment.size || Number.POSITIVE_INFINITY;
  const plain = Object.entries(base).filter(([name]) => (times.get(name) ?? 0) < everywhere);
  return [...plain.map(([name, written]) => ({ name, written })), ...overrides];
}

/** Where a field of an effective service is written: in the environment, under the service, or under `defaults`. */
export function pathOf(config: SoundConfig, service: EffectiveService, field: Path): Path {
  const own: Path = ['services', service.name];
  const sites: Path[] = [own, ['defaults']];
  if (service.environment !== undefined) sites.unshift(['environments', service.environment, ...own]);
  const site = sites.find((candidate) => isWritten(config, [...candidate, ...field]));
  return [...(site ?? sites[0] ?? own), ...field];
}

function isWritten(config: SoundConfig, path: Path): boolean {
  let value: unknown = config;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<string | number, unknown>)[part];
  }
  return true;
}
