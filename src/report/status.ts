import { formatDuration } from '../core/duration.ts';
import type { Instance } from '../core/inspection.ts';
import { stateCell } from './state-cell.ts';
import type { Style } from './style.ts';
import { type Cell, table } from './table.ts';

/** A release of a service as `status` tells it. */
export interface StatusRow {
  readonly env: string;
  readonly service: string;
  readonly version_id: string | null;
  readonly state: string;
  readonly percent: number;
  readonly url: string | null;
  readonly drift: boolean;
  readonly restarts?: number;
  readonly started_at?: string;
  readonly detail?: string;
  readonly instances?: readonly Instance[];
}

interface View {
  /** ms since 1970. */
  readonly now: number;
  readonly style: Style;
}

/** Each release, and below it what it consists of, when that is more than one thing. */
export function statusTable(services: readonly StatusRow[], view: View): string {
  const head = ['environment', 'service', 'version', 'state', 'traffic', 'up', 'restarts', 'memory', 'url'];
  const rows = services.flatMap((service) => [releaseRow(service, view), ...instanceRows(service, view)]);
  return table(head, rows, view.style);
}

function releaseRow(service: StatusRow, view: View): Cell[] {
  const { env, service: name, version_id, state, percent, url, drift, detail, instances = [] } = service;
  const words = [state, drift ? 'drift' : '', detail ?? ''].filter(Boolean).join(', ');
  const used = instances.flatMap(({ memory_bytes: bytes }) => bytes ?? []);
  const memory = used.length > 0 ? { memory_bytes: used.reduce((sum, bytes) => sum + bytes, 0) } : {};
  const share = `${percent} %`;
  return [
    env,
    name,
    version_id ?? '-',
    stateCell(words, view.style),
    share,
    ...life(service, memory, view),
    url ?? '-',
  ];
}

function instanceRows({ instances = [] }: StatusRow, view: View): Cell[][] {
  if (instances.length < 2) return [];
  const hosts = new Set(instances.map(({ host }) => host)).size;
  return instances.map((instance) => {
    const { name, host, state, percent, health } = instance;
    const words = stateCell([state, health ?? ''].filter(Boolean).join(', '), view.style);
    const place = hosts > 1 && host ? `on ${host}` : '';
    return ['', `  ${name}`, place, words, `${percent} %`, ...life(instance, instance, view), ''];
  });
}

type Life = Pick<Instance, 'started_at' | 'restarts'>;

function life({ started_at, restarts }: Life, { memory_bytes }: Pick<Instance, 'memory_bytes'>, { now }: View): Cell[] {
  const up = started_at === undefined ? '-' : formatDuration(Math.max(0, now - Date.parse(started_at)));
  return [
    up,
    restarts === undefined ? '-' : String(restarts),
    memory_bytes === undefined ? '-' : mebibytes(memory_bytes),
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(bytes < 10 * 1024 ** 2 ? 1 : 0)} MiB`;
}
