import { hasCode } from '../../../aws/failure.ts';
import type { Target } from '../../../core/driver.ts';
import { Secret, type Variables, type VariableValue } from '../../../core/secret.ts';
import type { Account } from '../account.ts';
import { ownTags } from '../names.ts';
import { namesOf } from './names.ts';
import type { Site } from './places.ts';

/** SSM removes so many at once. */
const AT_ONCE = 10;

/**
 * Secrets of a release → parameters of its own, since an older one has to go on finding the values it was made with.
 * Answers references; those that the owner gives are passed on as they are.
 */
export async function putParameters(
  site: Site,
  release: string,
  variables: Variables,
): Promise<readonly { name: string; valueFrom: string }[]> {
  const { options } = site;
  const given = Object.entries(options.value_from).map(([name, valueFrom]) => ({ name, valueFrom }));
  const held: { name: string; valueFrom: string }[] = [];
  for (const [name, value] of Object.entries(variables))
    if (isHeld(site, name, value))
      held.push({ name, valueFrom: await putParameter(site, `${release}/${name}`, value) });
  return [...given, ...held].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** SSM takes no empty values: those stand in the task definition, as a plain variable does. */
export function isHeld({ options }: Pick<Site, 'options'>, name: string, value: VariableValue): value is Secret {
  return value instanceof Secret && value.reveal() !== '' && !Object.hasOwn(options.value_from, name);
}

/** One that is there holds the value already: nothing else has the name of this release. */
async function putParameter(site: Site, path: string, value: Secret): Promise<string> {
  const { account, target } = site;
  const Name = `${namesOf(target).parameters}/${path}`;
  const ssm = await account.aws.ssm();
  try {
    await ssm.putParameter({
      Name,
      Type: 'SecureString',
      Value: value.reveal(),
      Tags: Object.entries(ownTags(target)).map(([Key, Value]) => ({ Key, Value })),
    });
  } catch (error) {
    if (!hasCode(error, 'ParameterAlreadyExists')) throw error;
  }
  return parameterOf(site, path);
}

/** ARN of a parameter of the target, by release and variable. */
export function parameterOf({ account, places, target }: Site, path: string): string {
  const name = `${namesOf(target).parameters}/${path}`;
  return `arn:${account.partition}:ssm:${places.region}:${places.account}:parameter${name}`;
}

/** Of one release, or of all; their values are not asked for. */
export async function removeParameters(
  { account, target }: { readonly account: Pick<Account, 'aws'>; readonly target: Target },
  release?: string,
): Promise<void> {
  const { parameters } = namesOf(target);
  const ssm = await account.aws.ssm();
  const Path = release === undefined ? parameters : `${parameters}/${release}`;
  const names: string[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await ssm.getParametersByPath({
      Path,
      Recursive: true,
      WithDecryption: false,
      ...(NextToken ? { NextToken } : {}),
    });
    names.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []));
    NextToken = page.NextToken;
    if (!NextToken) break;
  }
  for (let from = 0; from < names.length; from += AT_ONCE)
    await ssm.deleteParameters({ Names: names.slice(from, from + AT_ONCE) });
}

/** Values of one release by variable, for comparing. */
export async function readParameters({ account, target }: Site, release: string): Promise<ReadonlyMap<string, Secret>> {
  const Path = `${namesOf(target).parameters}/${release}`;
  const ssm = await account.aws.ssm();
  const held = new Map<string, Secret>();
  for (let NextToken: string | undefined; ; ) {
    const request = { Path, WithDecryption: true, ...(NextToken ? { NextToken } : {}) };
    const page = await ssm.getParametersByPath(request);
    for (const { Name = '', Value = '' } of page.Parameters ?? [])
      held.set(Name.slice(Path.length + 1), new Secret(Value));
    NextToken = page.NextToken;
    if (!NextToken) return held;
  }
}
