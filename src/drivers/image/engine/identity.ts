import type { Engine } from './client.ts';

/** Which engine it is, whatever it is called by, and which cluster it manages. */
export interface Identity {
  readonly id: string;
  readonly cluster?: string;
}

export async function identityOf(engine: Engine): Promise<Identity> {
  const { body } = await engine.call<{
    ID?: string;
    Swarm?: { ControlAvailable?: boolean; Cluster?: { ID?: string } | null };
  }>('GET', '/info', { doing: 'describe itself' });
  const cluster = body.Swarm?.ControlAvailable ? body.Swarm.Cluster?.ID : undefined;
  return { id: body.ID || engine.endpoint.text, ...(cluster ? { cluster } : {}) };
}
