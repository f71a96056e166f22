import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../../image/engine/client.ts';
import type { Host } from '../host.ts';
import { LABEL, labelFilter, targetLabels, volumeName } from '../names.ts';
import { readVolume } from '../standing-options.ts';

interface VolumeView {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** Makes sure that a host has the named volumes of a service. One of somebody else by such a name is refused. */
export async function ensureVolumes({ engine, options }: Host, target: Target): Promise<void> {
  const labels = { ...targetLabels(target), [LABEL.role]: 'volume' };
  for (const { from } of options.volumes.map(readVolume)) {
    if (from.kind === 'host') continue;
    const Name = volumeName(target, from.name);
    // One that is there is answered as it is.
    const { body } = await engine.call<VolumeView>('POST', '/volumes/create', {
      doing: `create the volume ${Name}`,
      body: { Name, Labels: labels },
    });
    const mine = Object.entries(labels).every(([label, value]) => body.Labels?.[label] === value);
    if (!mine) throw taken(Name);
  }
}

/** Names of the volumes that a target has on a host, whatever its options say now. */
export async function listVolumes(engine: Engine, target: Target): Promise<readonly string[]> {
  const query = { filters: labelFilter({ ...targetLabels(target), [LABEL.role]: 'volume' }) };
  const { body } = await engine.call<{ Volumes: readonly VolumeView[] | null }>('GET', '/volumes', {
    doing: 'list volumes',
    query,
  });
  return (body.Volumes ?? []).map(({ Name }) => Name);
}

/** Data and all. */
export async function removeVolume(engine: Engine, name: string): Promise<void> {
  await engine.call('DELETE', `/volumes/${name}`, { doing: `remove the volume ${name}`, accept: [404] });
}

function taken(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'deploy',
    reason: `The volume ${name} exists and is not of this service`,
    fix: 'Use another name in docker.volumes, or rename the volume that is there',
  });
}
