import type { Target } from '../../../core/driver.ts';
import { repositoryOf } from '../../image/build/image.ts';
import type { Engine } from '../../image/engine/client.ts';
import { LABEL, labelFilter } from '../names.ts';

/** Images of a service that are kept beside those in use, for versions that may be placed again. */
export const KEPT_IMAGES = 10;

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
  for (const image of old) {
    const names = namesOf(image);
    const wanted = ours.has(image.Id) ? names : names.filter((name) => name.startsWith(`${repository}:`));
    for (const name of wanted)
      await engine.call('DELETE', `/images/${name}`, { doing: `remove the image ${name}`, accept: [404, 409] });
  }
}

async function list(engine: Engine, filters: string): Promise<readonly ImageEntry[]> {
  const request = { doing: 'list images', query: { filters } };
  return (await engine.call<ImageEntry[]>('GET', '/images/json', request)).body;
}

interface ImageEntry {
  readonly Id: string;
  readonly Created: number;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
}

/** One that came from a registry and was not named yet has only its digest there. */
function namesOf({ Id, RepoTags, RepoDigests }: ImageEntry): readonly string[] {
  const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => !name.includes('<none>'));
  return names.length > 0 ? names : [Id];
}
