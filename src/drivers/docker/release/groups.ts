import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Host } from '../host.ts';
import { together } from './together.ts';

/** Does the same on all hosts, so many at a time as the config says; a failure names its host and ends the whole. */
export async function inGroups(
  hosts: readonly Host[],
  context: DriverContext,
  work: (host: Host, within: DriverContext) => Promise<void>,
): Promise<void> {
  for (const group of groupsOf(hosts))
    await together(group, { context, atOnce: group.length }, (host, within) =>
      work(host, saying(host, hosts.length, within)).catch((error: unknown) => {
        throw hosts.length > 1 ? on(host, error) : error;
      }),
    );
}

/** By `at_once`, in the order of the config. */
export function groupsOf(hosts: readonly Host[]): readonly (readonly Host[])[] {
  const wanted = hosts[0]?.options.at_once ?? 1;
  const size =
    typeof wanted === 'number' ? wanted : Math.max(1, Math.floor((hosts.length * Number.parseInt(wanted, 10)) / 100));
  return Array.from({ length: Math.ceil(hosts.length / size) }, (_, group) =>
    hosts.slice(group * size, (group + 1) * size),
  );
}

/** Of several hosts each line tells which one it is about. */
function saying(host: Host, hosts: number, context: DriverContext): DriverContext {
  if (hosts === 1) return context;
  return { ...context, log: (line, channel) => context.log(`${host.name}: ${line}`, channel) };
}

/** The same failure, saying where. */
export function on(host: Pick<Host, 'name'>, error: unknown): unknown {
  if (!(error instanceof DeployerError) || error.failure.reason.includes(host.name)) return error;
  return new DeployerError({ ...error.failure, reason: `${host.name}: ${error.failure.reason}` });
}
