import type { DriverContext, Target } from '../../../core/driver.ts';
import type { KeptVariable } from '../../../core/inspection.ts';
import { Secret } from '../../../core/secret.ts';
import { RELEASE_TAG } from './names.ts';
import { parameterOf, readParameters } from './parameters.ts';
import { findSite, type Site } from './places.ts';
import { type Held, isLive, readSlots } from './slots.ts';
import { CONTAINER, type Definition } from './task-definition.ts';

/** What tasks of the live release are given: by its task definition, and, of secrets, by the parameters it names. */
export async function keptVariables(
  target: Target,
  context: DriverContext,
): Promise<readonly KeptVariable[] | undefined> {
  const site = await findSite(target, context);
  if (!site) return undefined;
  const live = liveOf(site, await readSlots(site));
  return live?.definition && told(site, live.definition);
}

async function told(site: Site, { arn, tags }: Definition): Promise<readonly KeptVariable[]> {
  const release = tags[RELEASE_TAG];
  const ours = release !== undefined;
  const ecs = await site.account.aws.ecs();
  const [{ taskDefinition }, values] = await Promise.all([
    ecs.describeTaskDefinition({ taskDefinition: arn }),
    ours ? readParameters(site, release) : new Map<string, Secret>(),
  ]);
  const { environment = [], secrets = [] } =
    taskDefinition?.containerDefinitions?.find(({ name }) => name === CONTAINER) ?? {};
  const plain = environment.map(({ name = '', value = '' }) => ({ name, ours, value: new Secret(value) }));
  const referred = secrets.flatMap(({ name = '', valueFrom }) => {
    if (!ours || valueFrom !== parameterOf(site, `${release}/${name}`)) return [{ name, ours: false }];
    const value = values.get(name);
    // Tasks that start now do not get it: it is as good as gone.
    return value ? [{ name, ours, value }] : [];
  });
  return [...plain, ...referred];
}

/** During a canary the one that was there before. */
function liveOf({ options }: Site, slots: readonly Held[]): Held | undefined {
  const made = ({ definition }: Held) => definition?.registered_at?.getTime() ?? 0;
  return slots
    .filter((held) => isLive(held) || (options.worker && held.definition))
    .sort((one, other) => made(one) - made(other))[0];
}
