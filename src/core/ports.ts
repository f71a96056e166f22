import type { Channel } from './event.ts';
import type { Secret } from './secret.ts';

/** The outside world as the rest of the program sees it. `system/` makes the real ones; tests pass their own. */
export interface Clock {
  /** Wall clock, ms since 1970. For stamps only, never for measuring. */
  now(): number;
  /** Never goes back, ms. For durations and deadlines. */
  monotonic(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Sources of names that must be unique, and of chance. */
export interface Entropy {
  /** `prefix` as it is (`run_`, `ver_`, …) and 26 characters, sortable by time. */
  id(prefix: string): string;
  /** 0 ≤ x < 1; for jitter. */
  random(): number;
  bytes(length: number): Uint8Array;
}

/** The signals that ask a run to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Wishes of the outside that the run stop. */
export interface Interrupts {
  /**
   * Calls `listener` at each stop signal from now on, and soon for one that came before; `nth` counts from 1 and is 2 or
   * more when somebody insists.
   * Answers the function that ends the listening.
   */
  onInterrupt(listener: (signal: StopSignal, nth: number) => void): () => void;
}

export interface CommandRequest {
  /** argv, first the program; run without a shell. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child on top of the small allow-list; nothing else is passed. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** ms; the child's whole group is ended when it passes. */
  readonly timeout: number;
  /** ms between SIGTERM and SIGKILL. Default 5 s. */
  readonly grace?: number;
  readonly onLine?: (line: string, channel: Channel) => void;
  /** Bytes of stdout that are kept. Default 1 MiB. */
  readonly keep?: number;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  /** Last lines of both streams, for error detail. */
  readonly tail: readonly string[];
  /** `not_found`: it could not be started, no such program or folder; `tail` says which. */
  readonly outcome: 'exited' | 'timed_out' | 'cancelled' | 'not_found';
}

export interface Processes {
  /** Never rejects for how the command ended. Children get their own process group. */
  run(request: CommandRequest): Promise<CommandResult>;
  /** The owner's own command line, through `sh -c`; values only ever reach it by environment. */
  shell(line: string, request: Omit<CommandRequest, 'argv'>): Promise<CommandResult>;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | StreamedBody;
  readonly signal?: AbortSignal;
  /** Whole exchange, ms. */
  readonly timeout: number;
  /** Whether the other side takes it twice without harm; by default everything but POST and PATCH. */
  readonly repeatable?: boolean;
  /** Takes the parts of the answer as they come; `body` of the answer is then empty, and nothing is cut. */
  readonly onData?: (part: Uint8Array) => void;
  /** Bytes of the answer that are read; more is cut. Default 1 MiB. */
  readonly limit?: number;
  /** Where a request may go. `public`: no loopback, private or link-local address. Link-local metadata addresses never. */
  readonly reach: 'public' | 'private';
}

/** A body that is not in memory at once. */
export interface StreamedBody {
  /** Bytes, all of which are yielded: a stream of another length fails the request. */
  readonly size: number;
  /** From the beginning, each time it is called. What it throws is what the request throws. */
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly truncated: boolean;
}

export interface Http {
  /**
   * Redirects are never followed. Throws `DeployerError` (`PLATFORM_UNAVAILABLE`, `TIMEOUT`, `INVALID_CONFIG` for a
   * refused address); any HTTP status is an answer.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export interface SocketRequest extends Pick<HttpRequest, 'headers' | 'signal' | 'reach'> {
  /** With http or https. */
  readonly url: string;
  readonly protocol: string;
  /** Until it is open, ms. */
  readonly timeout: number;
}

/** An open WebSocket for texts. */
export interface Socket {
  send(text: string): void;
  /** To be read by one reader. Ends when the other side or `close` ends it, throws like `Http.send` when it breaks. */
  readonly messages: AsyncIterable<string>;
  close(): void;
}

export interface Sockets {
  /** The rules of `Http.send` hold; the signal closes it. */
  open(request: SocketRequest): Promise<Socket>;
}

/** Where names of hosts lead to. */
export interface Names {
  /** Sorted addresses of a name, or the address itself; none when there is no such name, or nobody can tell in time (ms). */
  addressesOf(name: string, timeout: number): Promise<readonly string[]>;
}

/** A place that speaks HTTP and has no URL of the usual kind. */
export type Peer =
  /** A socket of this machine; absolute path. */
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: PeerTls }
  /** A command that carries the connection over its standard streams, run without a shell. */
  | { readonly kind: 'command'; readonly argv: readonly string[] };

/** Certificates in PEM form, as far as they differ from the system's own. */
export interface PeerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
}

export interface PeerRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Ends the exchange, also while the body of the answer is read. */
  readonly signal?: AbortSignal;
  /** Until the answer begins, ms; its body may take longer. */
  readonly timeout: number;
  /** Its answer may go on for long: it gets a connection of its own, so that nothing waits for its end. */
  readonly long?: true;
}

export interface PeerAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to its end, or left, which drops the connection. Throws like `send`. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** HTTP with peers, over connections that are kept for the next request and keep no process alive. */
export interface Peers {
  /**
   * Any status is an answer. Throws `DeployerError` (`PLATFORM_UNAVAILABLE`, `INSUFFICIENT_PERMISSIONS` for a socket that
   * may not be opened, `TIMEOUT`), with what went wrong in `detail`.
   */
  send(peer: Peer, request: PeerRequest): Promise<PeerAnswer>;
}
