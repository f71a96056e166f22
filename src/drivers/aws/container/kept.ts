import { canonicalJson } from '../../../core/json.ts';
import { reveal, type Variables } from '../../../core/secret.ts';
import { RELEASE_TAG } from './names.ts';
import { isHeld, readParameters } from './parameters.ts';
import type { Site } from './places.ts';
import { CONTAINER, type Definition, plainOf, sizeOf } from './task-definition.ts';

/**
 * Whether a release that was kept is what would be made now: of the same size, with the same variables. Values of secrets
 * are read back from its own parameters and compared here; no digest of them is kept anywhere.
 */
export async function isStillWanted(site: Site, definition: Definition, variables: Variables): Promise<boolean> {
  const ecs = await site.account.aws.ecs();
  const { taskDefinition: made } = await ecs.describeTaskDefinition({ taskDefinition: definition.arn });
  const container = made?.containerDefinitions?.find(({ name }) => name === CONTAINER);
  const { cpu, memory, runtimePlatform } = made ?? {};
  const seen = {
    size: { cpu, memory, architecture: runtimePlatform?.cpuArchitecture },
    stop: container?.stopTimeout,
    port: container?.portMappings?.[0]?.containerPort ?? null,
    roles: [made?.executionRoleArn, made?.taskRoleArn],
    plain: sorted(container?.environment ?? []),
    given: sorted((container?.secrets ?? []).filter(({ name = '' }) => Object.hasOwn(site.options.value_from, name))),
  };
  const wanted = {
    ...sizeOf(site),
    plain: sorted(plainOf(site, variables)),
    given: sorted(Object.entries(site.options.value_from).map(([name, valueFrom]) => ({ name, valueFrom }))),
  };
  if (canonicalJson(seen) !== canonicalJson(wanted)) return false;
  return sameSecrets(site, definition, variables);
}

async function sameSecrets(site: Site, { tags }: Definition, variables: Variables): Promise<boolean> {
  const held = await readParameters(site, tags[RELEASE_TAG] ?? '');
  const wanted = Object.entries(variables).filter(([name, value]) => isHeld(site, name, value));
  return held.size === wanted.length && wanted.every(([name, value]) => held.get(name)?.reveal() === reveal(value));
}

interface Named {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly valueFrom?: string | undefined;
}

function sorted(list: readonly Named[]): string[][] {
  return list.map(({ name = '', value, valueFrom }) => [name, value ?? valueFrom ?? '']).sort();
}
