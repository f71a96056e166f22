import { type Asked, hasOnly, type Reply, type StoreFake, storeFake } from './store-fake.ts';

export interface DopplerFake extends StoreFake {
  /** Token → the `PROJECT/CONFIG` that it may read; a service token has one. */
  readonly tokens: Map<string, readonly string[]>;
  /** Tokens that may write what they may read. */
  readonly writers: Set<string>;
  /** `PROJECT/CONFIG` → its secrets. */
  readonly configs: Record<string, Readonly<Record<string, string>>>;
  /** Names of secrets whose values only service tokens see. */
  readonly restricted: Set<string>;
}

type Content = Pick<DopplerFake, 'tokens' | 'configs' | 'writers' | 'restricted'>;

/** What Doppler answers to downloads, lists and changes of a config's secrets; everything else is a 404. */
export async function dopplerFake(): Promise<DopplerFake> {
  const content: Content = { tokens: new Map(), configs: {}, writers: new Set(), restricted: new Set() };
  return Object.assign(await storeFake((asked) => replyTo(content, asked)), content);
}

function replyTo(content: Content, asked: Asked): Reply {
  const { method, path, query, headers, body } = asked;
  const [, token = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const call = `${method} ${path.replace('/v3/configs/config/', '')}`;
  if (!['GET secrets/download', 'GET secrets', 'POST secrets'].includes(call)) return refusal(404, 'Not found');
  if (!content.tokens.has(token)) return refusal(401, 'Invalid Auth token');
  if (call === 'POST secrets') return change(content, token, headers['content-type'] ?? '', JSON.parse(body));
  const names = call === 'GET secrets' ? ['project', 'config'] : ['project', 'config', 'format'];
  if (!hasOnly(query, ...names) || (query['format'] ?? 'json') !== 'json') return refusal(400, 'Invalid request');
  return within(content, { token, ...query }, (secrets) => {
    if (call !== 'GET secrets') return { status: 200, body: secrets };
    const all = Object.entries(secrets).map(([name, value]) => [name, shown(content, name, value)]);
    return { status: 200, body: { success: true, secrets: Object.fromEntries(all) } };
  });
}

interface Place {
  readonly token: string;
  readonly project?: string;
  readonly config?: string;
}

function within(
  { tokens, configs }: Content,
  { token, project = '', config = '' }: Place,
  reply: (secrets: Readonly<Record<string, string>>) => Reply,
): Reply {
  const name = `${project}/${config}`;
  const secrets = configs[name];
  if (secrets && !tokens.get(token)?.includes(name)) return refusal(403, 'This token does not have access to it');
  if (!secrets) return refusal(404, `Could not find requested config '${config}'`);
  return reply({ DOPPLER_PROJECT: project, DOPPLER_CONFIG: config, DOPPLER_ENVIRONMENT: config, ...secrets });
}

function shown({ restricted }: Content, name: string, raw: string) {
  const value = restricted.has(name) ? null : raw;
  return { raw: value, computed: value, note: '', rawVisibility: restricted.has(name) ? 'restricted' : 'masked' };
}

interface ChangeRequest {
  readonly name: string;
  readonly value: string;
  readonly originalName: string | null;
  readonly originalValue: string | null;
}

interface ChangeBody extends Omit<Place, 'token'> {
  readonly change_requests?: readonly ChangeRequest[];
}

function change(
  content: Content,
  token: string,
  type: string,
  { change_requests: requests = [], project = '', config = '', ...rest }: ChangeBody,
): Reply {
  if (type !== 'application/json' || Object.keys(rest).length > 0) return refusal(400, 'Invalid request');
  return within(content, { token, project, config }, (secrets) => {
    if (!content.writers.has(token)) return refusal(403, 'This token does not have write access');
    for (const { name, value, originalName, originalValue, ...more } of requests) {
      if (!/^[A-Z_][A-Z0-9_]*$/.test(name) || Object.keys(more).length > 0)
        return refusal(400, `Invalid ${name} ${value}`);
      if ((originalName === null) === name in secrets || (secrets[name] ?? null) !== originalValue)
        return refusal(400, `The value ${originalValue} is not the latest`);
      content.configs[`${project}/${config}`] = { ...content.configs[`${project}/${config}`], [name]: value };
    }
    return { status: 200, body: { success: true, secrets: {} } };
  });
}

function refusal(status: number, message: string): Reply {
  return { status, body: { messages: [message], success: false } };
}
