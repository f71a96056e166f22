import { type Asked, hasOnly, type Reply, type StoreFake, storeFake } from './store-fake.ts';

export interface DopplerFake extends StoreFake {
  /** Token → the `PROJECT/CONFIG` that it may read; a service token has one. */
  readonly tokens: Map<string, readonly string[]>;
  /** `PROJECT/CONFIG` → its secrets. */
  readonly configs: Record<string, Readonly<Record<string, string>>>;
}

/** What Doppler answers to a download of a config's secrets; everything else is a 404. */
export async function dopplerFake(): Promise<DopplerFake> {
  const content: Pick<DopplerFake, 'tokens' | 'configs'> = { tokens: new Map(), configs: {} };
  return Object.assign(await storeFake((asked) => replyTo(content, asked)), content);
}

function replyTo({ tokens, configs }: Pick<DopplerFake, 'tokens' | 'configs'>, asked: Asked): Reply {
  const { method, path, query, headers } = asked;
  if (method !== 'GET' || path !== '/v3/configs/config/secrets/download') return refusal(404, 'Not found');
  const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const readable = tokens.get(token ?? '');
  if (!readable) return refusal(401, 'Invalid Auth token');
  if (!hasOnly(query, 'project', 'config', 'format') || query['format'] !== 'json')
    return refusal(400, 'Invalid request');
  const name = `${query['project']}/${query['config']}`;
  if (configs[name] && !readable.includes(name)) return refusal(403, 'This token does not have access to it');
  const [project = '', config = ''] = name.split('/');
  const secrets = configs[name];
  if (!secrets) return refusal(404, `Could not find requested config '${config}'`);
  const own = { DOPPLER_PROJECT: project, DOPPLER_CONFIG: config, DOPPLER_ENVIRONMENT: config };
  return { status: 200, body: { ...own, ...secrets } };
}

function refusal(status: number, message: string): Reply {
  return { status, body: { messages: [message], success: false } };
}
