import { canonicalJson } from '../../core/json.ts';
import { versionOf } from '../../core/run.ts';
import type { Release } from '../../core/state.ts';
import { outputsOf } from '../fold.ts';
import { journalOf } from '../journals.ts';
import type { Call, Session } from './session.ts';

/**
 * The release that a roll-back goes to, where the driver has an instant way back to it: the platform has it still, and it
 * got the same variables and options that it would get now. `undefined`: it has to be placed anew.
 */
export async function earlierRelease(session: Session, call: Call, service: string): Promise<Release | undefined> {
  const { context, before, workspace } = session;
  if (context.intent !== 'rollback' || !call.driver.rollback) return undefined;
  const version = versionOf(context);
  const runs = (before?.deployments ?? [])
    .filter(({ version_id }) => version_id === version)
    .map(({ run_id }) => run_id);
  for (const run of runs.toReversed()) {
    const release = placedIn(await journalOf(workspace, run), service);
    if (release?.version_id !== version || release.driver !== call.driver.facts.name) continue;
    if (isSame(release, session, service)) return (await isThere(call, release)) ? release : undefined;
  }
  return undefined;
}

function placedIn(events: Awaited<ReturnType<typeof journalOf>>, service: string): Release | undefined {
  const placed = events.findLast(
    (event) => event.type === 'operation.succeeded' && event.operation === `deploy:${service}`,
  );
  return placed?.type === 'operation.succeeded' ? outputsOf<'place'>(placed.outputs)?.release : undefined;
}

function isSame({ inputs }: Release, { context }: Session, service: string): boolean {
  const now = context.inputs[service];
  return (
    now !== undefined &&
    inputs.options === now.options &&
    canonicalJson(inputs.variables) === canonicalJson(now.variables)
  );
}

async function isThere({ driver, target, context }: Call, release: Release): Promise<boolean> {
  const { releases } = await driver.inspect(target, context);
  return releases.some(({ ref, state }) => state === 'running' && canonicalJson(ref) === canonicalJson(release.ref));
}
