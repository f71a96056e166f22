import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { textContent } from '../../upload/content.ts';
import type { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { type Label, LOCKED, part, readTitle } from '../names.ts';
import { readOptions } from '../options.ts';
import { listVariables, removeVariable, setNote } from '../site/marks.ts';
import { requireSite } from '../site/site.ts';
import { completeDeploy } from './create.ts';
import { isReady, listDeploys, ofTarget } from './list.ts';

/** Between two looks, ms, and how long it may take until the site says so. */
const LOOK_EVERY = 500;
const LONGEST = 60_000;

export interface Shift {
  readonly target: Target;
  readonly context: DriverContext;
}

/**
 * Makes a deploy what the site publishes, as it is. That it is so already is no failure. A lock is taken off for the moment
 * where the options allow that; a note in the site tells whoever goes on after a cut that it was there.
 */
export async function publish(api: Netlify, site: SiteView, id: string, shift: Shift): Promise<void> {
  const live = site.published_deploy;
  const isLocked = live?.locked === true && live.id !== id;
  const { unlock } = readOptions(shift.target.service.options);
  if (isLocked && !unlock) throw locked(site, shift.target);
  if (isLocked) await takeLockOff(api, site, live.id, shift);
  const wasLocked = isLocked || (unlock && (await isNoted(api, site)));
  if (live?.id !== id) await restore(api, site, id, shift);
  if (wasLocked) await lockAgain(api, site, id);
  else if (live?.id !== id && site.build_settings?.repo_url)
    shift.context.log('the site publishes what git brings: the next deploy by git takes the place of this one');
}

async function restore(api: Netlify, site: SiteView, id: string, shift: Shift): Promise<void> {
  const path = `/sites/${part(site.id)}/deploys/${part(id)}/restore`;
  await api.call('POST', path, { doing: `publish the deploy ${id}`, repeat: 'always' });
  await settle(api, id, shift);
}

async function takeLockOff(api: Netlify, site: SiteView, id: string, { context }: Shift): Promise<void> {
  await setNote(api, site, { key: LOCKED, value: id });
  await setLock(api, id, 'unlock');
  context.log(`publishing was locked at ${id}, and is unlocked for the moment`);
}

async function isNoted(api: Netlify, site: SiteView): Promise<boolean> {
  return (await listVariables(api, site)).some(({ key }) => key === LOCKED);
}

async function lockAgain(api: Netlify, site: SiteView, id: string): Promise<void> {
  await setLock(api, id, 'lock');
  await removeVariable(api, site, LOCKED);
}

/** Somebody wants what is published to stay. */
export function locked({ name }: SiteView, { service }: Target): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'traffic',
    reason: `Somebody has locked what the Netlify site ${name} publishes`,
    fix: `Unlock it at Netlify, or set netlify.unlock of ${service.name}`,
  });
}

async function setLock(api: Netlify, id: string, way: 'lock' | 'unlock'): Promise<void> {
  await api.call('POST', `/deploys/${part(id)}/${way}`, { doing: `${way} the deploy ${id}`, repeat: 'always' });
}

async function settle(api: Netlify, id: string, { target, context }: Shift): Promise<void> {
  const { clock, signal } = context;
  const deadline = Math.min(api.terms.deadline, clock.monotonic() + LONGEST);
  for (;;) {
    const site = await requireSite(api, target);
    if (site.published_deploy?.id === id) return;
    if (clock.monotonic() + LOOK_EVERY >= deadline) throw late(target, id);
    await clock.sleep(LOOK_EVERY, signal);
  }
}

/**
 * Nobody is to be led to what is published. What somebody else had published before us is published again. Where there is
 * nothing, a deploy with one page, which says that nothing is found: Netlify has no other way to end publishing.
 */
export async function takeOffline(api: Netlify, site: SiteView, { target, context }: Shift): Promise<void> {
  const deploys = await listDeploys(api, site);
  const live = site.published_deploy?.id;
  if (live === undefined || !ofTarget(deploys, target).some(({ id }) => id === live)) return;
  const before = deploys.find((deploy) => isTheirs(deploy) && isReady(deploy) && deploy.context === 'production');
  const empty = deploys.find((deploy) => isOffline(deploy) && isReady(deploy));
  const next = before ?? empty ?? (await makeEmpty(api, site, { target, context }));
  context.log(before ? `publishing ${before.id}, which was there before` : `taking ${site.name} off line`);
  await publish(api, site, next.id, { target, context });
}

function isTheirs({ title }: DeployView): boolean {
  return readTitle(title) === undefined;
}

const OFFLINE: Label = { target: '-', version: 'offline', key: '-', names: '-' };

/** Made to take a site off line: it is nobody's release. */
export function isOffline({ title }: DeployView): boolean {
  return readTitle(title)?.target === OFFLINE.target;
}

function makeEmpty(api: Netlify, site: SiteView, { target, context }: Shift): Promise<DeployView> {
  const content = textContent('404.html', 'Not found\n', 'sha1');
  const contents = {
    files: { [content.path]: content.digest },
    contents: new Map([[content.digest, { content, place: content.path }]]),
    functions: [],
  };
  return completeDeploy(
    { api, site, target, context, contents, variables: {} },
    { label: OFFLINE, draft: true },
    undefined,
  );
}

function late({ service }: Target, id: string): DeployerError {
  return new DeployerError({
    code: 'TIMEOUT',
    stage: 'traffic',
    reason: `Netlify did not get to publishing the deploy ${id} of ${service.name} in time`,
    fix: 'Look at the site at Netlify, and run the same command again',
  });
}
