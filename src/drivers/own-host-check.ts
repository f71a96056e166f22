import type { DriverContext, PlaceRequest, Target } from '../core/driver.ts';
import { formatDuration } from '../core/duration.ts';
import { DeployerError } from '../core/errors.ts';
import { revealAll, type Secret } from '../core/secret.ts';
import { printableLine } from '../core/text.ts';

const SHOWN_LINES = 20;

export interface OwnHost {
  readonly target: Target;
  readonly request: Pick<PlaceRequest, 'variables'>;
  readonly context: DriverContext;
  /** Where only this release answers. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, Secret>>;
  /** What the release has printed. */
  lines(): Promise<readonly { readonly line: string }[]>;
  /** What to do when the platform itself keeps us out. */
  readonly keptOut: { readonly statuses: RegExp; readonly fix: string };
}

/** Asks a release at its own host, before it has users. `HEALTH_CHECK_FAILED` when it does not become healthy in time. */
export async function passOwnCheck({ target, request, context, ...host }: OwnHost): Promise<void> {
  const { health, path, name } = target.service;
  if (!health) return;
  const verdict = await context.probe({
    check: health,
    url: host.url,
    ...(host.headers ? { headers: host.headers } : {}),
    cwd: `${context.root}/${path}`,
    env: revealAll(request.variables),
    signal: context.signal,
    onAttempt: ({ number, answer }) => context.log(`health check ${number}: ${answer}`, 'info'),
  });
  if (verdict.healthy) return;
  const last = verdict.last?.answer ?? 'none';
  const lines = await host.lines().catch(() => []);
  throw new DeployerError({
    code: 'HEALTH_CHECK_FAILED',
    stage: 'health_check',
    reason: `${name} did not become healthy within ${formatDuration(health.timeout)}`,
    fix: host.keptOut.statuses.test(last) ? host.keptOut.fix : `Correct it, or services.${name}.health`,
    detail: [`last answer: ${last}`, ...lines.slice(-SHOWN_LINES).map(({ line }) => printableLine(line))],
  });
}
