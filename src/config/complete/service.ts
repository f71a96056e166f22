import type { BuildConfig, HealthCheck, Requirement, ServiceConfig } from '../../core/config.ts';
import { parseDuration } from '../../core/duration.ts';
import type { DriverAnswer } from '../drivers.ts';
import { normalizePath } from '../relative-path.ts';
import type { WrittenService } from '../schema/project.ts';
import { healthTarget } from './merge.ts';

type WrittenHealth = Exclude<NonNullable<WrittenService['health']>, string | false>;

type Requirements = NonNullable<WrittenService['env']>;

export interface ServiceDefaults {
  readonly driver: string;
  /** ms */
  readonly timeout: number;
}

/** A checked service with every default filled in. */
export function completeService(
  name: string,
  written: WrittenService,
  defaults: ServiceDefaults,
  { options, from, ignores }: DriverAnswer,
): ServiceConfig {
  const { start, release_command } = written;
  const health = completeHealth(written.health);
  return {
    name,
    driver: written.driver ?? defaults.driver,
    path: plain(written.path ?? '.'),
    ...(from === undefined ? {} : { from }),
    build: completeBuild(written.build),
    ...(ignores ? { ignores } : {}),
    ...(start === undefined ? {} : { start: start.trim() }),
    ...(release_command === undefined ? {} : { release_command: release_command.trim() }),
    env: (written.env ?? []).map(completeRequirement),
    ...(health ? { health } : {}),
    after: written.after ?? [],
    timeout: milliseconds(written.timeout, defaults.timeout),
    options,
  };
}

function completeBuild(build: WrittenService['build']): BuildConfig {
  if (typeof build === 'string') return { command: build.trim(), output: [], env: [] };
  const output = typeof build?.output === 'string' ? [build.output] : (build?.output ?? []);
  const command = build?.command?.trim();
  return {
    ...(command === undefined ? {} : { command }),
    output: output.map(plain),
    env: build?.env ?? [],
    ...(build?.may_contain ? { may_contain: build.may_contain } : {}),
  };
}

function completeRequirement(entry: Requirements[number]): Requirement {
  if (typeof entry === 'string') return { key: entry, optional: false };
  return { ...given(entry), key: entry.key, optional: entry.optional ?? false };
}

/** Without the keys that were taken out of it. */
function given(entry: Exclude<Requirements[number], string>): Omit<Requirement, 'key' | 'optional'> {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

function completeHealth(written: WrittenService['health']): HealthCheck | undefined {
  if (written === undefined || written === false) return undefined;
  const health: WrittenHealth = typeof written === 'string' ? healthTarget(written) : written;
  const timing = {
    timeout: milliseconds(health.timeout, 60_000),
    interval: milliseconds(health.interval, 1_000),
    successes: health.successes ?? 1,
  };
  if (health.command !== undefined) return { kind: 'command', command: health.command.trim(), ...timing };
  if (typeof health.tcp === 'number') return { kind: 'tcp', port: health.tcp, ...timing };
  if (health.tcp) return { kind: 'tcp', ...timing };
  return { ...completeHttp(health), ...timing };
}

function completeHttp(health: WrittenHealth) {
  const { status = 200, body } = health;
  const headers = Object.entries(health.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    kind: 'http' as const,
    target: health.path ?? health.url ?? '/',
    status: typeof status === 'number' ? [status] : status,
    ...(body === undefined ? {} : { body }),
    headers: Object.assign(Object.create(null), Object.fromEntries(headers)) as Record<string, string>,
    allowPrivate: health.allow_private ?? false,
  };
}

/** For a text that the schema has let through. */
export function milliseconds(text: string | undefined, otherwise: number): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwise;
}

/** For a path that the schema has let through. */
export function plain(path: string): string {
  return normalizePath(path) ?? path;
}
