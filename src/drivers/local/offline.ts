import { isAlive } from './process-identity.ts';
import { type ReleaseRecord, type ReleaseView, type TargetRecord, type TargetView, urlOf } from './protocol.ts';
import { readState } from './state-file.ts';

/** What is known while no gateway runs: the state file, and which processes still live. */
export function offlineTargets(folder: string): readonly TargetView[] {
  return Object.values(readState(folder)?.targets ?? {}).map(offlineTarget);
}

function offlineTarget({ environment, service, host, port, releases }: TargetRecord): TargetView {
  const url = port === undefined ? {} : { url: urlOf(host, port) };
  return { environment, service, ...url, releases: Object.values(releases).map(offlineRelease) };
}

function offlineRelease(record: ReleaseRecord): ReleaseView {
  const { id, version_id, percent, restarts, pid, identity, port, started_at } = record;
  const alive = pid !== undefined && identity !== undefined && isAlive(pid, identity);
  return {
    id,
    version_id,
    state: 'stopped',
    percent,
    restarts,
    requests: 0,
    errors: 0,
    detail: alive ? `the gateway does not run; process ${pid} still does` : 'the gateway does not run',
    ...(alive && started_at ? { started_at } : {}),
    ...(alive && port ? { internal_url: `http://127.0.0.1:${port}` } : {}),
  };
}
