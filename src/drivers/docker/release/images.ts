import type { Target } from '../../../core/driver.ts';
import type { Engine } from '../engine/client.ts';
import { LABEL, labelFilter } from '../names.ts';

/** Images of a service that are kept beside those in use, for versions that may be placed again. */
export const KEPT_IMAGES = 10;

/** The oldest go first; the engine itself keeps those that a container is made from. */
export async function removeImages(engine: Engine, { project, service }: Target, keep: number): Promise<void> {
  const filters = labelFilter({ [LABEL.project]: project, [LABEL.service]: service.name });
  const request = { doing: 'list images', query: { filters } };
  const { body } = await engine.call<ImageEntry[]>('GET', '/images/json', request);
  const old = [...body].sort((one, other) => other.Created - one.Created).slice(keep);
  for (const image of old)
    for (const name of namesOf(image))
      await engine.call('DELETE', `/images/${name}`, { doing: `remove the image ${name}`, accept: [404, 409] });
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
