import type { DriverContext } from '../../../core/driver.ts';
import type { Instance } from '../../../core/inspection.ts';
import type { OutputLine } from '../../image/engine/streams.ts';
import type { SlotState } from '../proxy/slots.ts';

/** One release as one host has it, whatever runs it there: containers of the engine, or a service of a cluster. */
export interface PlacedRelease {
  readonly release: string;
  readonly version_id: string;
  /** ms since 1970, by the host's clock. */
  readonly created: number;
  /** As they stand in slots; its share of the requests is spread over them. */
  readonly addresses: readonly string[];
  /** By the slots. */
  readonly percent: number;
  readonly instances: readonly Instance[];
  /** Starts what does not run, and waits until it is healthy. */
  wake(context: DriverContext): Promise<void>;
  /** Stops it, and leaves it to be woken. One that is stopped is no failure. */
  rest(): Promise<void>;
  /** Stops and deletes it. One that is gone is no failure. */
  remove(): Promise<void>;
  /** Where its lines come from. */
  readonly sources: readonly LogSource[];
}

/** What is told of one that was laid to rest: nothing is wrong with it. */
export const KEPT = 'stopped, kept for a roll-back';

export function isKept({ state, percent }: Pick<Instance, 'state' | 'percent'>): boolean {
  return state === 'stopped' && percent === 0;
}

export interface LogSource {
  /** Unique on its host; in the cluster, for what belongs to that and not to a host. */
  readonly name: string;
  readonly of: 'host' | 'cluster';
  readonly release: string;
  output(query: Readonly<Record<string, string | number>>): AsyncIterable<OutputLine>;
}

/** What a host has of a target, by labels and slots: never by what we remember. */
export interface TargetView {
  readonly slots: SlotState | undefined;
  /** The oldest first. */
  readonly releases: readonly PlacedRelease[];
}
