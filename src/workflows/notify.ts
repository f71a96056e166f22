import type { NotificationConfig } from '../core/config.ts';
import type { RunContext, RunReport } from '../core/run.ts';
import type { Workspace } from './workspace.ts';

const TRIES = 3;
const LIMIT_MS = 5_000;

type Occasion = NotificationConfig['on'][number];

/** Tells the configured hooks that a run begins. Never fails; resolves within five seconds, which nobody has to wait for. */
export async function notifyStarted(workspace: Workspace, context: RunContext): Promise<void> {
  const { env, run_id, version_id } = context;
  await tell(workspace, 'started', { env, run_id, version_id, status: 'running', url: null });
}

/** Tells the configured hooks how a run ended. Never fails, and holds the end of a run up for at most five seconds. */
export async function notify(workspace: Workspace, report: RunReport): Promise<void> {
  const { env, run_id, version_id, status, url = null, failure } = report;
  await tell(workspace, status === 'succeeded' ? 'succeeded' : 'failed', {
    env,
    run_id,
    version_id,
    status,
    url,
    ...(failure ? { code: failure.code, reason: failure.reason } : {}),
  });
}

async function tell(
  workspace: Workspace,
  event: Occasion,
  facts: { readonly run_id: string | undefined; readonly [name: string]: unknown },
): Promise<void> {
  const wanted = workspace.config.notifications.filter(({ on }) => on.includes(event));
  if (wanted.length === 0) return;
  const body = JSON.stringify({ format: 1, event, project: workspace.config.project, ...facts });
  const signal = AbortSignal.timeout(LIMIT_MS);
  await Promise.all(wanted.map((hook) => deliver(workspace, hook, { body, signal, id: `${facts.run_id}-${event}` })));
}

async function deliver(
  { runtime }: Workspace,
  hook: NotificationConfig,
  message: { body: string; signal: AbortSignal; id: string },
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES && !message.signal.aborted; attempt++) {
    const answer = await runtime.http
      .send({
        method: 'POST',
        url: hook.url,
        headers: { 'content-type': 'application/json', 'x-deployer-id': message.id },
        body: runtime.redactor.redact(message.body),
        signal: message.signal,
        timeout: LIMIT_MS,
        reach: hook.allow_private ? 'private' : 'public',
      })
      .catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429) return;
    await runtime.clock.sleep(200 * attempt, message.signal).catch(() => {});
  }
}
