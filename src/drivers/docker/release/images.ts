import type { Target } from '../../../core/driver.ts';
import { repositoryOf } from '../build/image.ts';
import type { Engine } from '../engine/client.ts';
import { LABEL, labelFilter } from '../names.ts';

/** Images of a service that are kept beside those in use, for versions that may be placed again. */
export const KEPT_IMAGES = 10;

interface ImageEntry {
  readonly Id: string;
  readonly Created: number;
  readonly RepoTags: readonly string[] | null;
}

/**
 * The oldest go first; the engine itself keeps those that a container is made from. Of one that others have made only our
 * name for it goes: it may have been there before.
 */
export async function removeImages(engine: Engine, target: Target, keep: number): Promise<void> {
  const repository = repositoryOf(target);
  const { project, service } = target;
  const [built, named] = await Promise.all([
    list(engine, labelFilter({ [LABEL.project]: project, [LABEL.service]: service.name })),
    list(engine, JSON.stringify({ reference: [repository] })),
  ]);
  const ours = new Set(built.map(({ Id }) => Id));
  const taken = named.filter(({ Id }) => !ours.has(Id));
  const old = [...built, ...taken].sort((one, other) => other.Created - one.Created).slice(keep);
  for (const { Id, RepoTags } of old) {
    const names = RepoTags ?? [Id];
    const wanted = ours.has(Id) ? names : names.filter((name) => name.startsWith(`${repository}:`));
    for (const name of wanted)
      await engine.call('DELETE', `/images/${name}`, { doing: `remove the image ${name}`, accept: [404, 409] });
  }
}

async function list(engine: Engine, filters: string): Promise<readonly ImageEntry[]> {
  const request = { doing: 'list images', query: { filters } };
  return (await engine.call<ImageEntry[]>('GET', '/images/json', request)).body;
}
