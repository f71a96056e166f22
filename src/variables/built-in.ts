import type { ServiceConfig } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import { publicName } from '../core/public-name.ts';

/** Public variables that a service names, and the build that would put them in does not see. */
export function unseenByBuild({ name, env, build }: ServiceConfig): Finding[] {
  if (build.command === undefined) return [];
  return env
    .filter(({ key }) => publicName(key)?.at === 'build' && !build.env.includes(key))
    .map(({ key }) => ({
      level: 'warning',
      code: 'INVALID_ENV',
      message: `${key} is put in when ${name} is built, and its build does not see it`,
      key,
      path: `services.${name}.build.env`,
      evidence: [`services.${name}.env names ${key}`, `the prefix of ${publicName(key)?.tool}`],
      fix: `Name ${key} under services.${name}.build.env as well`,
    }));
}
