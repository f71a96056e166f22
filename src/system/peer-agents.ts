import type { Peer, PeerRequest } from '../core/ports.ts';
import { openCommand } from './command-stream.ts';
import { type Turn, turn } from './turn.ts';

type Agent = import('node:http').Agent;
type Environment = Readonly<Record<string, string | undefined>>;

/** By which connections a request goes. */
export interface Way {
  readonly agent: Agent;
  /** To be called once the exchange is over. */
  end(): void;
}

/** Enough for a few streams beside ordinary calls. */
const MOST_CONNECTIONS = 16;
/** How long a request waits for a connection that is in use, and for one that is being made, before it gets another; ms. */
const [PATIENCE, PATIENCE_AT_FIRST] = [100, 2_000];

/**
 * Connections by peer. One that a command carries costs a program here and a greeting there, which takes longer than most
 * requests: such a peer has one for all, and a second for those that the first keeps waiting. What may go on for long has
 * its own.
 */
export function peerAgents(environment: Environment): (peer: Peer, request: PeerRequest) => Promise<Way> {
  const agents = new Map<string, Promise<Agent>>();
  const turns = new Map<string, { readonly first: Turn; isUsed: boolean }>();
  return async (peer, request) => {
    if (peer.kind !== 'command' || request.long) {
      const limits = { keepAlive: !request.long, maxSockets: MOST_CONNECTIONS };
      return { agent: await agentOf(peer, `${request.long}`, limits), end: () => undefined };
    }
    const use = turnsOf(peer);
    const isFirst = await use.first.take(use.isUsed ? PATIENCE : PATIENCE_AT_FIRST);
    const end = () => {
      use.isUsed = true;
      if (isFirst) use.first.end();
    };
    return { agent: await agentOf(peer, isFirst ? 'first' : 'second', { keepAlive: true, maxSockets: 1 }), end };
  };

  function turnsOf(peer: Peer) {
    const key = JSON.stringify(peer);
    const known = turns.get(key) ?? { first: turn(), isUsed: false };
    turns.set(key, known);
    return known;
  }

  function agentOf(peer: Peer, kind: string, limits: Limits): Promise<Agent> {
    const key = JSON.stringify([peer, kind]);
    const agent = agents.get(key) ?? newAgent(peer, limits, environment);
    agents.set(key, agent);
    return agent;
  }
}

interface Limits {
  readonly keepAlive: boolean;
  readonly maxSockets: number;
}

/** Certificates are read here. */
async function newAgent(peer: Peer, limits: Limits, environment: Environment): Promise<Agent> {
  const [http, net] = await Promise.all([import('node:http'), import('node:net')]);
  const tls = peer.kind === 'tcp' && peer.tls ? await import('node:tls') : undefined;
  const agent = new http.Agent(limits);
  const connect = () => {
    if (peer.kind === 'unix') return net.connect(peer.path);
    if (peer.kind === 'command') return openCommand(peer.argv, environment);
    const { host, port } = peer;
    if (!peer.tls || !tls) return net.connect({ host, port });
    const { ca, cert, key } = peer.tls;
    return tls.connect({ host, port, servername: host, ca, cert, key: key?.reveal() });
  };
  return Object.assign(agent, { createConnection: connect });
}
