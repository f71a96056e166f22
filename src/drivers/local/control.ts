import { askGateway, callGateway } from './client.ts';
import { offlineTargets } from './offline.ts';
import type { StopServices, TargetView } from './protocol.ts';

export interface LocalStatus {
  readonly running: boolean;
  readonly pid?: number;
  /** Of the tool that started the gateway. */
  readonly tool_version?: string;
  readonly targets: readonly TargetView[];
}

const LIMIT = 10_000;
/** Services may take their whole `stop_timeout`. */
const STOP_LIMIT = 3_600_000;

/** What the gateway of a folder runs; from its state file when it does not run. Starts nothing. */
export async function localStatus(folder: string): Promise<LocalStatus> {
  const status = await askGateway({ folder, method: 'status', params: {}, timeout: LIMIT });
  if (!status) return { running: false, targets: offlineTargets(folder) };
  const { pid, tool_version, targets } = status.result;
  return { running: true, pid, tool_version, targets };
}

/**
 * Ends the gateway of a folder, and with `services: 'stop'` the services; with `keep` they go on, reachable only on
 * their private ports, until the next command starts a gateway. Answers how many services ran.
 */
export async function localStop(
  folder: string,
  { services }: { readonly services: StopServices },
): Promise<{ readonly was_running: boolean; readonly services: number }> {
  const request = { folder, method: 'stop', params: { services }, timeout: STOP_LIMIT } as const;
  const stopped = await askGateway(request);
  if (stopped) return { was_running: true, services: stopped.result.ended };
  // Services outlive a gateway that was killed: a new one takes them over, and ends them.
  const left = services === 'stop' && offlineTargets(folder).some(hasProcesses);
  return { was_running: false, services: left ? (await callGateway(request)).ended : 0 };
}

function hasProcesses(target: TargetView): boolean {
  return target.releases.some((release) => release.started_at !== undefined);
}
