import { createServer, IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerPlainly, forward, track } from './forward.ts';
import { pickByShare, type Shared } from './shares.ts';
import { type Site, serveFile } from './site.ts';
import { forwardUpgrade, refuseUpgrade } from './upgrade.ts';
import type { Upstream } from './upstream.ts';

/** Where requests of a target can go: one per release that has a share. */
export interface Route extends Shared {
  readonly destination: Upstream | Site;
  /** Paths that another service of the environment answers. */
  readonly detours: readonly Detour[];
}

interface Detour {
  readonly prefix: string;
  readonly routes: () => readonly Route[];
}

/** The stable port of a target. Which routes there are is asked for each request, so that a switch is at once. */
export interface Front {
  readonly port: number;
  readonly host: string;
  setKeepAlive(ms: number): void;
  /** Takes no new connections; those there are go on. */
  leave(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

interface FrontRequest {
  readonly host: string;
  readonly port: number;
  readonly keepAlive: number;
  readonly routes: () => readonly Route[];
}

/** Rejects with the system's error when the address cannot be listened on. */
export async function openFront({ host, port, keepAlive, routes }: FrontRequest): Promise<Front> {
  const server = httpServer((request, response) => {
    const route = choose(routes(), request);
    if (route) handle(request, response, route.destination);
    else answerPlainly(response, 503, 'No release has traffic', { 'retry-after': '1' });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const destination = choose(routes(), request)?.destination;
    if (destination?.kind === 'proxied') forwardUpgrade(request, socket, head, destination);
    else refuseUpgrade(socket);
  });
  server.keepAliveTimeout = keepAlive;
  await listen(server, port, host);
  return {
    port: portOf(server),
    host,
    setKeepAlive: (ms) => {
      server.keepAliveTimeout = ms;
    },
    leave: () => {
      server.close();
      server.closeIdleConnections();
    },
    close: () => closeServer(server),
  };
}

/** A private port on which the files of one release answer, for checks before it has traffic. */
export async function openPrivate(site: Site): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = httpServer((request, response) => serveFile(request, response, site));
  await listen(server, 0, '127.0.0.1');
  return { port: portOf(server), close: () => closeServer(server) };
}

/** The release that answers: one of this service, or, below a routed prefix, one of the service it leads to. */
function choose(routes: readonly Route[], { url = '/' }: IncomingMessage): Route | undefined {
  const own = pickByShare(routes);
  const detour = own?.detours.find(({ prefix }) => isBelow(url, prefix));
  return detour ? pickByShare(detour.routes()) : own;
}

function isBelow(url: string, prefix: string): boolean {
  return (
    url.startsWith(prefix) && (url.length === prefix.length || url[prefix.length] === '/' || url[prefix.length] === '?')
  );
}

function handle(request: IncomingMessage, response: ServerResponse, destination: Upstream | Site): void {
  if (destination.kind === 'proxied') {
    forward(request, response, destination);
  } else {
    track(destination.meter, response);
    serveFile(request, response, destination);
  }
}

/**
 * Only WebSocket handshakes leave HTTP. Other offers, such as `h2c` by curl and Java, are ignored, as a server may
 * (RFC 9110, 7.8); Node would hand over the bare connection for each of them.
 */
class GatewayRequest extends IncomingMessage {
  /** Not initialised here: the base class sets `upgrade` in its constructor already. */
  declare offersUpgrade: boolean;

  /** A plain member of the base class, which the parser sets before it asks for it. */
  get upgrade(): boolean {
    return this.offersUpgrade && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(value: boolean | null) {
    this.offersUpgrade = value === true;
  }
}

function httpServer(handler: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    { IncomingMessage: GatewayRequest, requestTimeout: 0, headersTimeout: 60_000, maxHeaderSize: 32_768 },
    handler,
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    handler(request, response);
  });
  return server;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
