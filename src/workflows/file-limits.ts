import type { ServiceConfig } from '../core/config.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import type { Workspace } from './workspace.ts';

/** Folders that go up as they are and hold more files than their platform takes; what builds make is counted then. */
export function fileFindings(
  workspace: Workspace,
  services: readonly ServiceConfig[],
  drivers: Readonly<Record<string, DriverFacts>>,
): readonly Finding[] {
  return services.flatMap((service) => {
    const limit = drivers[service.driver]?.fileLimit?.(service.options);
    if (!limit || service.build.command !== undefined) return [];
    const { files } = workspace.sources().hash(service, undefined);
    const found = files === '' ? 0 : files.split('\n').length;
    if (found <= limit.most) return [];
    const message = `${service.name} has ${found} files, and ${drivers[service.driver]?.title} takes ${limit.most}`;
    return [{ level: 'error', code: 'UNSUPPORTED', message, path: `services.${service.name}.path`, fix: limit.fix }];
  });
}
