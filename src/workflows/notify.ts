import type { NotificationConfig } from '../core/config.ts';
import { formatDuration } from '../core/duration.ts';
import { toFailure } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { RunContext, RunReport } from '../core/run.ts';
import type { Workspace } from './workspace.ts';

const TRIES = 3;
const LIMIT_MS = 5_000;

type Occasion = NotificationConfig['on'][number];

/**
 * Tells the configured hooks that a run begins. Never fails; resolves within five seconds, which nobody has to wait for.
 * Answers a warning for each hook that did not take it.
 */
export async function notifyStarted(workspace: Workspace, context: RunContext): Promise<readonly Finding[]> {
  const { env, run_id, version_id } = context;
  return tell(workspace, 'started', { env, run_id, version_id, status: 'running', url: null });
}

/** Tells the configured hooks how a run ended, as `notifyStarted` does; the end of the run waits for it. */
export async function notify(workspace: Workspace, report: RunReport): Promise<readonly Finding[]> {
  const { env, run_id, version_id, status, url = null, failure, held } = report;
  return tell(workspace, status === 'succeeded' || status === 'held' ? status : 'failed', {
    env,
    run_id,
    version_id,
    status,
    url,
    ...(failure ? { code: failure.code, reason: failure.reason } : held ? { reason: held } : {}),
  });
}

async function tell(
  workspace: Workspace,
  event: Occasion,
  facts: { readonly run_id: string | undefined; readonly [name: string]: unknown },
): Promise<readonly Finding[]> {
  const { notifications, project } = workspace.config;
  const body = JSON.stringify({ format: 1, event, project, ...facts });
  const signal = AbortSignal.timeout(LIMIT_MS);
  const refused = await Promise.all(
    notifications.map(async (hook, index) => {
      if (!hook.on.includes(event)) return [];
      const refusal = await deliver(workspace, hook, { body, signal, id: `${facts.run_id}-${event}` });
      return refusal ? [notDelivered(hook, { event, index, refusal })] : [];
    }),
  );
  return refused.flat();
}

/** Why nobody took it, in a few words that do not show the URL: its path is often the key to the hook. */
interface Refusal {
  readonly words: string;
  readonly fix?: string;
}

async function deliver(workspace: Workspace, hook: NotificationConfig, message: Message): Promise<Refusal | undefined> {
  let refusal: Refusal | undefined = TOO_LATE;
  for (let attempt = 1; attempt <= TRIES && !message.signal.aborted; attempt++) {
    const answer = await post(workspace, hook, message);
    refusal = answer.refusal;
    if (!answer.again) break;
    await workspace.runtime.clock.sleep(200 * attempt, message.signal).catch(() => {});
  }
  return refusal;
}

interface Message {
  readonly body: string;
  readonly signal: AbortSignal;
  readonly id: string;
}

const TOO_LATE: Refusal = { words: `no answer within ${formatDuration(LIMIT_MS)}` };

async function post(
  { runtime }: Workspace,
  hook: NotificationConfig,
  { body, signal, id }: Message,
): Promise<{ readonly refusal?: Refusal; readonly again: boolean }> {
  try {
    const { status } = await runtime.http.send({
      method: 'POST',
      url: hook.url,
      headers: { 'content-type': 'application/json', 'x-deployer-id': id },
      body: runtime.redactor.redact(body),
      signal,
      timeout: LIMIT_MS,
      reach: hook.allow_private ? 'private' : 'public',
    });
    if (status >= 200 && status < 300) return { again: false };
    return { refusal: { words: `it answered ${status}` }, again: status >= 500 || status === 429 };
  } catch (error) {
    if (signal.aborted) return { refusal: TOO_LATE, again: false };
    const { code, detail = [], fix } = toFailure(error);
    const words = detail[0] ?? 'it cannot be reached';
    return { refusal: { words, ...(fix ? { fix } : {}) }, again: code !== 'INVALID_CONFIG' };
  }
}

function notDelivered(
  { url }: NotificationConfig,
  { event, index, refusal }: { readonly event: Occasion; readonly index: number; readonly refusal: Refusal },
): Finding {
  const host = URL.canParse(url) ? new URL(url).host : 'the receiver';
  return {
    level: 'warning',
    code: 'PLATFORM_UNAVAILABLE',
    message: `The notification "${event}" did not reach ${host}: ${refusal.words}`,
    path: `notifications[${index}].url`,
    fix: refusal.fix ?? 'Check the URL and its receiver; the run itself is not touched by it',
  };
}
