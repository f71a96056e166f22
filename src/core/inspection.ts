import type { Json } from './json.ts';
import type { Latencies } from './latency.ts';
import type { Secret } from './secret.ts';

/** A release as its platform tells of it. */
export interface InspectedRelease {
  readonly ref: Json;
  readonly version_id: string;
  readonly state: 'starting' | 'running' | 'stopped' | 'failed';
  readonly percent: number;
  readonly url?: string;
  readonly internal_url?: string;
  readonly restarts?: number;
  readonly started_at?: string;
  /**
   * Requests answered, those of them that failed (500 and above, or no answer), and how long the beginnings of the answers
   * took. They only grow, but for a counter that begins anew, so an interval is the difference of two looks. A release
   * that answers no requests has none; nor need there be any while no users are split.
   */
  readonly requests?: number;
  readonly errors?: number;
  readonly latencies?: Latencies;
  /** Its figures could not be read, which is not the same as having none. */
  readonly uncounted?: true;
  /** Last exit, last error line; for status and failures. */
  readonly detail?: string;
  /** What it consists of, where that is more than one thing or stands on a host with a name. */
  readonly instances?: readonly Instance[];
}

/** One container or process of a release. */
export interface Instance {
  readonly name: string;
  readonly host?: string;
  readonly state: InspectedRelease['state'];
  /** Its share of the requests to its host, 0–100. */
  readonly percent: number;
  readonly restarts?: number;
  readonly started_at?: string;
  /** What its own check says, where it has one. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** In use now; only in detail. */
  readonly memory_bytes?: number;
  readonly detail?: string;
}

/** A variable of a target as its platform keeps it, apart from releases. */
export interface KeptVariable {
  readonly name: string;
  /** Put there for this target, by deployer. */
  readonly ours: boolean;
  /** Where the platform tells it. Stays in memory. */
  readonly value?: Secret;
}

/** What is there of a target. */
export interface Inspection {
  /** `absent`: nothing of this target exists at the platform. */
  readonly state: 'present' | 'absent';
  readonly url?: string;
  /** What a check of `url` has to send along to be let in. */
  readonly probe_headers?: Readonly<Record<string, Secret>>;
  readonly releases: readonly InspectedRelease[];
  /** Names of places of the target that did not answer: what they have is missing here. */
  readonly silent?: readonly string[];
}
