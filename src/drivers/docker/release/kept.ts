import type { PlaceRequest, Target } from '../../../core/driver.ts';
import { type ContainerView, findContainer } from '../../image/engine/container.ts';
import type { Host } from '../host.ts';
import { LABEL } from '../names.ts';
import { isClustered } from '../options.ts';
import { containerBody, type ImageHealth } from './create.ts';
import { requireImage } from './image-transfer.ts';
import type { PlacedRelease } from './placed-release.ts';
import { viewTarget } from './view.ts';

/** The release that was kept on this host, when another one for the request would be no different. */
export async function keptOn(host: Host, target: Target, request: PlaceRequest): Promise<PlacedRelease | undefined> {
  // Nobody can read back what the secrets of a service hold, so nothing proves what it was made with.
  if (request.kept === undefined || isClustered(host.options)) return undefined;
  const { releases } = await viewTarget(host, target);
  const kept = releases.find(({ release }) => release === request.kept);
  const { replicas } = host.options;
  if (!kept || kept.version_id !== request.version_id || kept.instances.length !== replicas) return undefined;
  const image = await requireImage<ImageHealth>(host, target, request.artifact.digest);
  const { Env, Labels } = containerBody(host, target, request, { release: kept.release, replica: 1, image });
  const wanted = { env: Env as string[], settings: (Labels as Record<string, string>)[LABEL.settings], image };
  const views = await Promise.all(kept.instances.map(({ name }) => findContainer(host.engine, name)));
  return views.every((view) => view && isAlike(view, wanted)) ? kept : undefined;
}

interface Wanted {
  readonly env: readonly string[];
  readonly settings: string | undefined;
  readonly image: ImageHealth;
}

function isAlike({ Config }: ContainerView, { env, settings, image }: Wanted): boolean {
  const names = new Set(env.map(nameOf));
  const inherited = (image.Config.Env ?? []).filter((variable) => !names.has(nameOf(variable)));
  const all = new Set([...env, ...inherited]);
  const has = Config.Env ?? [];
  const same = has.length === all.size && has.every((variable) => all.has(variable));
  return same && settings !== undefined && Config.Labels?.[LABEL.settings] === settings;
}

function nameOf(variable: string): string {
  return variable.slice(0, variable.indexOf('='));
}
