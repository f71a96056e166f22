import { list } from '../../core/text.ts';
import { pathOf } from '../effective.ts';
import type { Review } from './rule.ts';

const KINDS = ['path', 'url', 'tcp', 'command'] as const;
const HTTP_ONLY = ['status', 'body', 'headers', 'allow_private'] as const;

/** A health check is of one kind, and has only the keys of its kind. */
export function checkHealth({ config, services, problems }: Review): void {
  for (const service of services) {
    const { health } = service.written;
    if (typeof health !== 'object') continue;
    const path = pathOf(config, service, ['health']);
    const kinds = KINDS.filter((kind) => health[kind] !== undefined);
    if (kinds.length !== 1 && !problems.touches(path)) {
      const found = kinds.length === 0 ? 'nothing to check' : `${list(kinds)} at once`;
      problems.add({
        path,
        message: `The health check has ${found}`,
        expected: 'exactly one of path, url, tcp and command',
      });
    }
    const strange = HTTP_ONLY.filter((key) => health[key] !== undefined);
    const isHttp = health.path !== undefined || health.url !== undefined;
    if (kinds.length === 0 || isHttp) continue;
    for (const key of strange) {
      const where = pathOf(config, service, ['health', key]);
      problems.add({
        path: where,
        at: 'key',
        message: `"${key}" only fits a check of a path or a url`,
        fix: 'Delete it',
      });
    }
  }
}
