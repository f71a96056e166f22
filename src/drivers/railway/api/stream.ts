import { strangeAnswer } from '../../web-service.ts';
import { fits, type Shape } from './answers.ts';
import type { Data, Railway } from './client.ts';
import { DOCUMENTS, type Operations } from './documents.generated.ts';

const ERRAND = { service: 'Railway', doing: 'show a log as it grows' };
const HANDSHAKE = 10_000;
/** So long without a word is asked about, and after as long again given up; ms. */
const SILENCE = 45_000;

type SubscriptionName = { [Name in keyof Operations]: Name extends `Follow${string}` ? Name : never }[keyof Operations];

interface Message {
  readonly type?: unknown;
  readonly payload?: unknown;
}

/**
 * What a subscription tells, over a WebSocket of its own (graphql-transport-ws). Ends when Railway ends it; throws when
 * the connection cannot be made or breaks, when it keeps silent, and when Railway says no.
 */
export async function* subscribe<Name extends SubscriptionName>(
  api: Railway,
  name: Name,
  variables: Operations[Name]['variables'],
): AsyncGenerator<Data<Name>> {
  const { text, shape } = DOCUMENTS[name];
  const { signal } = api.terms;
  const request = { ...api.request('/graphql/v2'), protocol: 'graphql-transport-ws', timeout: HANDSHAKE, signal };
  const socket = await api.sockets.open(request);
  const say = (message: object) => socket.send(JSON.stringify(message));
  try {
    say({ type: 'connection_init' });
    for await (const message of spoken(socket.messages, () => say({ type: 'ping' }), api.terms)) {
      if (message.type === 'connection_ack')
        say({ id: '1', type: 'subscribe', payload: { query: text, variables, operationName: name } });
      if (message.type === 'ping') say({ type: 'pong' });
      if (message.type === 'complete') return;
      if (message.type === 'error') throw strangeAnswer(ERRAND);
      if (message.type !== 'next') continue;
      const { data } = (message.payload ?? {}) as { data?: unknown };
      if (!fits(data, shape as Shape)) throw strangeAnswer(ERRAND);
      yield data as Data<Name>;
    }
  } finally {
    socket.close();
  }
}

/** Messages, and a question after each long silence. */
async function* spoken(
  messages: AsyncIterable<string>,
  ask: () => void,
  { clock, signal }: Railway['terms'],
): AsyncGenerator<Message> {
  const iterator = messages[Symbol.asyncIterator]();
  let asked = false;
  for (let next = iterator.next(); ; ) {
    const over = new AbortController();
    const silence = clock.sleep(SILENCE, AbortSignal.any([signal, over.signal])).then(() => 'silent' as const);
    silence.catch(() => undefined);
    const result = await Promise.race([next, silence]).finally(() => over.abort());
    if (result === 'silent' && asked) throw strangeAnswer(ERRAND);
    if (result === 'silent') {
      asked = true;
      ask();
      continue;
    }
    asked = false;
    if (result.done) return;
    yield messageOf(result.value);
    next = iterator.next();
  }
}

function messageOf(text: string): Message {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
