import type { Target } from '../../../core/driver.ts';
import type { Engine } from '../engine/client.ts';
import { LABEL, labelFilter } from '../names.ts';

/** Images of a service that are kept beside those in use, for versions that may be placed again. */
export const KEPT_IMAGES = 10;

/** The oldest go first; the engine itself keeps those that a container is made from. */
export async function removeImages(engine: Engine, { project, service }: Target, keep: number): Promise<void> {
  const filters = labelFilter({ [LABEL.project]: project, [LABEL.service]: service.name });
  const request = { doing: 'list images', query: { filters } };
  const { body } = await engine.call<{ Id: string; Created: number; RepoTags: string[] | null }[]>(
    'GET',
    '/images/json',
    request,
  );
  const old = [...body].sort((one, other) => other.Created - one.Created).slice(keep);
  for (const { Id, RepoTags } of old)
    for (const name of RepoTags ?? [Id])
      await engine.call('DELETE', `/images/${name}`, { doing: `remove the image ${name}`, accept: [404, 409] });
}
