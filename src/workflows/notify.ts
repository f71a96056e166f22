import type { NotificationConfig } from '../core/config.ts';
import type { RunReport } from '../core/run.ts';
import type { Workspace } from './workspace.ts';

const TRIES = 3;
const LIMIT_MS = 5_000;

/** Tells the configured hooks how a run ended. Never fails or delays a deploy by more than five seconds. */
export async function notify(workspace: Workspace, report: RunReport): Promise<void> {
  const outcome = report.status === 'succeeded' ? 'succeeded' : 'failed';
  const wanted = workspace.config.notifications.filter(({ on }) => on.includes(outcome));
  if (wanted.length === 0) return;
  const body = JSON.stringify({
    format: 1,
    event: outcome,
    project: workspace.config.project,
    env: report.env,
    run_id: report.run_id,
    version_id: report.version_id,
    status: report.status,
    url: report.url ?? null,
    ...(report.failure ? { code: report.failure.code, reason: report.failure.reason } : {}),
  });
  const signal = AbortSignal.timeout(LIMIT_MS);
  await Promise.all(
    wanted.map((hook) => deliver(workspace, hook, { body, signal, id: `${report.run_id}-${outcome}` })),
  );
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
