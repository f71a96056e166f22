import type { Socket } from 'node:net';
import { Pool } from 'undici';
import { latencyBucket, NO_LATENCIES } from '../../../core/latency.ts';

/** Counts of one release since the gateway runs. */
export interface Meter {
  requests: number;
  /** Answers of 500 and above, and requests that got none. */
  errors: number;
  /** How long the beginnings of answers took. */
  readonly latencies: number[];
  /** Requests under way, upgraded connections among them. */
  active: number;
}

export function createMeter(): Meter {
  return { requests: 0, errors: 0, latencies: [...NO_LATENCIES], active: 0 };
}

/** An answer has begun; `since` is when its request came, by the monotonic clock. */
export function noteLatency({ latencies }: Meter, since: number): void {
  const bucket = latencyBucket(performance.now() - since);
  latencies[bucket] = (latencies[bucket] ?? 0) + 1;
}

/** A release that is proxied to. */
export interface Upstream {
  readonly kind: 'proxied';
  readonly port: number;
  readonly pool: Pool;
  readonly meter: Meter;
  /** Upgraded connections, to be cut when draining takes too long. */
  readonly tunnels: Set<Socket>;
}

/**
 * Shorter than the idle limit of the common servers (gunicorn 2 s, Node 5 s), so that it is the gateway that closes: a
 * request written to a connection the server is closing would have to be sent again, which not every method allows.
 */
const IDLE_LIMIT = 1_500;
const CONNECT_LIMIT = 5_000;

export function createUpstream(port: number, meter: Meter): Upstream {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: null,
    pipelining: 1,
    keepAliveTimeout: IDLE_LIMIT,
    keepAliveMaxTimeout: IDLE_LIMIT,
    keepAliveTimeoutThreshold: 500,
    connectTimeout: CONNECT_LIMIT,
    // How long an answer may take is between the client and the service.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 65_536,
  });
  return { kind: 'proxied', port, pool, meter, tunnels: new Set() };
}

/** Cuts what is still under way. */
export async function closeUpstream({ pool, tunnels }: Upstream): Promise<void> {
  for (const tunnel of tunnels) tunnel.destroy();
  await pool.destroy();
}
