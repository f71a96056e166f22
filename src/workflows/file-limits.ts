import type { ServiceConfig } from '../core/config.ts';
import type { DriverFacts, FileLimit } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import { printableLine } from '../core/text.ts';
import { manifestPaths } from '../project/manifest.ts';
import type { Workspace } from './workspace.ts';

/** Folders that go up as they are and hold more files than their platform takes; what builds make is counted then. */
export function fileFindings(
  workspace: Workspace,
  services: readonly ServiceConfig[],
  drivers: Readonly<Record<string, DriverFacts>>,
): readonly Finding[] {
  return services.flatMap((service) => {
    const facts = drivers[service.driver];
    const limit = facts?.fileLimit?.(service.options);
    if (!limit || service.build.command !== undefined) return [];
    const found = mostFiles(manifestPaths(workspace.sources().hash(service, undefined).files), limit);
    if (found.count <= limit.most) return [];
    const message = `${service.name} has ${found.count} files${found.where}, and ${facts?.title} takes ${limit.most}`;
    return [{ level: 'error', code: 'UNSUPPORTED', message, path: `services.${service.name}.path`, fix: limit.fix }];
  });
}

function mostFiles(paths: readonly string[], { of }: FileLimit): { readonly count: number; readonly where: string } {
  if (of === 'artifact') return { count: paths.length, where: '' };
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [folder = '', count = 0] = [...counts].toSorted(([, one], [, other]) => other - one)[0] ?? [];
  return { count, where: ` in ${folder === '' ? 'its root' : printableLine(folder)}` };
}
