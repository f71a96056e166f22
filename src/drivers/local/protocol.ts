import type { Failure } from '../../core/errors.ts';
import type { Latencies } from '../../core/latency.ts';
import type { TargetName } from './layout.ts';
import type { StopSignal } from './options.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Raised when a call changes its meaning. `hello` and `stop` keep theirs for ever, so that any version can end any other. */
export const PROTOCOL = 1;

/** How a release works: a process that is proxied to, a process without a port, or files served by the gateway. */
export type ReleaseKind = 'process' | 'worker' | 'static';

/** What a release is made from, as the command line hands it over. */
export interface ReleaseSpec {
  readonly id: string;
  readonly version_id: string;
  readonly digest: string;
  readonly kind: ReleaseKind;
  readonly start?: string;
  readonly spa?: string;
  readonly immutable: readonly string[];
  /** Path prefix → service of the same environment. */
  readonly routes: Readonly<Record<string, string>>;
  readonly stop_signal: StopSignal;
  readonly stop_timeout: number;
  readonly drain_timeout: number;
}

/** A release as the state file keeps it. Never a variable's value. */
export interface ReleaseRecord extends ReleaseSpec {
  /** Where this release alone answers on the loopback address. */
  port?: number;
  percent: number;
  /** Has been healthy once; from then on it is started again when it exits. */
  ready: boolean;
  /** Ended on request; stays so until it is placed again. */
  stopped: boolean;
  restarts: number;
  pid?: number;
  identity?: ProcessIdentity;
  /** UTC, ISO 8601. */
  started_at?: string;
  /** How the process ended last: `exited with code 1`. */
  last_exit?: string;
}

export interface TargetRecord extends TargetName {
  readonly project: string;
  host: string;
  /** `undefined`: a worker, which has none. */
  port?: number;
  keep_alive: number;
  readonly releases: Record<string, ReleaseRecord>;
}

export interface GatewayState {
  readonly format: 1;
  readonly targets: Record<string, TargetRecord>;
}

export type ReleaseState = 'starting' | 'running' | 'stopped' | 'failed';

export interface ReleaseView {
  readonly id: string;
  readonly version_id: string;
  readonly state: ReleaseState;
  readonly percent: number;
  readonly internal_url?: string;
  readonly restarts: number;
  readonly started_at?: string;
  /** Workers answer none. */
  readonly requests?: number;
  readonly errors?: number;
  readonly latencies?: Latencies;
  readonly detail?: string;
}

export interface TargetView extends TargetName {
  readonly url?: string;
  /** What is not as it was with its stable port. */
  readonly note?: string;
  readonly releases: readonly ReleaseView[];
}

export interface Hello {
  readonly protocol: number;
  readonly tool_version: string;
  readonly pid: number;
}

export interface ProvisionParams extends TargetName {
  readonly project: string;
  readonly host: string;
  readonly keep_alive: number;
  readonly worker: boolean;
  /** The port the owner asks for; no other will do. */
  readonly port?: number;
  /** The port the target had before, if it is still to be had. */
  readonly remembered?: number;
}

export interface ProvisionResult {
  readonly outcome: 'created' | 'adopted' | 'unchanged';
  readonly port?: number;
  readonly url?: string;
}

interface PlaceParams extends TargetName {
  readonly release: ReleaseSpec;
  readonly variables: Readonly<Record<string, string>>;
}

interface ReleaseName extends TargetName {
  readonly id: string;
}

export interface GatewayStatus extends Hello {
  readonly targets: readonly TargetView[];
}

export type StopServices = 'stop' | 'keep';

/** Every call there is: what goes in and what comes out, as JSON over the control socket. */
export interface Calls {
  hello: { params: Record<never, never>; result: Hello };
  status: { params: Record<never, never>; result: GatewayStatus };
  provision: { params: ProvisionParams; result: ProvisionResult };
  /** A running release made from the same things, if there is one. */
  /** Starts a release, or finds it started; the folder has to be in place. */
  place: { params: PlaceParams; result: ReleaseView };
  /** Answers as soon as the release has no process: how it ended, or `null` when it was ended on request. */
  exited: { params: ReleaseName; result: string | null };
  ready: { params: ReleaseName; result: ReleaseView };
  shares: { params: TargetName & { readonly shares: Readonly<Record<string, number>> }; result: null };
  inspect: { params: TargetName; result: TargetView | null };
  /** Drains, ends and removes a release. `at_once` leaves out the draining. */
  retire: { params: ReleaseName & { readonly drain: 'wait' | 'at_once' }; result: null };
  destroy: { params: TargetName; result: null };
  stop: { params: { readonly services: StopServices }; result: { readonly ended: number } };
}

export type Method = keyof Calls;

export type Answer<M extends Method> =
  | { readonly ok: true; readonly result: Calls[M]['result'] }
  | { readonly ok: false; readonly failure: Failure };

/** Where people reach an address the gateway listens on. */
export function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
