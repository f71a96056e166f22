import { Agent, request } from 'node:http';
import { createEmulator } from 'emulate';
import { freePort } from '../loopback.ts';

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of a foreign server, looked at by those who know them
  readonly body: any;
}

/** Vercel's own emulator, as far as it goes: users, teams, projects, variables, the list of deployments. */
export interface Emulator {
  ask(method: string, path: string, body?: unknown): Promise<Reply>;
  close(): Promise<void>;
}

/** More requests than this with one token, and it refuses; any text is a token. */
const REQUESTS_PER_TOKEN = 4_000;

export async function startEmulator(): Promise<Emulator> {
  const port = await freePort();
  const seed = {
    tokens: { first: { login: 'dev' } },
    vercel: { users: [{ username: 'dev' }], teams: [{ slug: 'acme', name: 'Acme' }] },
  };
  const emulator = await createEmulator({ service: 'vercel', port, seed });
  const agent = new Agent({ keepAlive: true });
  let asked = 0;
  const ask = (method: string, path: string, body?: unknown) => {
    const token = `token${Math.floor(asked++ / REQUESTS_PER_TOKEN)}`;
    return exchange({ method, url: `http://127.0.0.1:${port}${path}`, token, body, agent });
  };
  for (let tries = 0; ; tries++) {
    const up = await ask('GET', '/v2/user').catch(() => undefined);
    if (up) break;
    if (tries > 200) throw new Error('the emulator does not answer');
  }
  const close = () => {
    agent.destroy();
    return emulator.close();
  };
  return { ask, close };
}

function exchange(given: { method: string; url: string; token: string; body: unknown; agent: Agent }): Promise<Reply> {
  const { method, url, token, body, agent } = given;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(url, { method, headers, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
