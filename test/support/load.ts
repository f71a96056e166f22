import { Agent, get } from 'node:http';

/** What a constant load met with. */
export interface LoadResult {
  readonly requests: number;
  /** Every answer that was not 200, and every request without an answer, in words. */
  readonly failures: readonly string[];
  /** Bodies that were seen. */
  readonly bodies: ReadonlySet<string>;
}

/** ms between two requests on one connection, which bounds the load. */
const PAUSE = 25;

/** Requests on `connections` connections that are kept open, one after the other on each, until `stop`. */
export function startLoad(url: string, connections: number): { stop(): Promise<LoadResult> } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  const failures: string[] = [];
  const bodies = new Set<string>();
  let requests = 0;
  let stopped = false;
  const connected = Array.from({ length: connections }, () => loop());
  return {
    async stop() {
      stopped = true;
      await Promise.all(connected);
      agent.destroy();
      return { requests, failures, bodies };
    },
  };

  async function loop(): Promise<void> {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      requests += 1;
      await ask().then(
        (body) => bodies.add(body),
        (error: Error) => failures.push(`${new Date().toISOString()} ${error.message}`),
      );
    }
  }

  function ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent, timeout: 10_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`status ${response.statusCode}: ${body}`));
        });
      });
      request.once('timeout', () => request.destroy(new Error('no answer within 10 s')));
      request.once('error', reject);
    });
  }
}
