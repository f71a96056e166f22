import { hasCode, wordsOf } from '../../../../aws/failure.ts';
import type { PlaceRequest } from '../../../../core/driver.ts';
import { ownTags } from '../../names.ts';
import { type Code, codeOf } from '../place/code.ts';
import { settingsOf } from '../place/settings.ts';
import { findFunction, logGroup, type Site } from '../site.ts';
import { type Label, labelText } from './label.ts';
import { listReleases, settled } from './versions.ts';

export interface Publication {
  readonly request: PlaceRequest;
  readonly label: Label;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The number of the version that this operation publishes, or has published. Code and configuration are brought to the
 * function first, where nobody is led to: users are at published versions, which never change.
 */
export async function publish(site: Site, publication: Publication): Promise<string> {
  const { label, request } = publication;
  const made = await findByKey(site, label);
  if (made) return made.ref;
  const code = await codeOf(site, request.artifact);
  if (!(await findFunction(site))) await create(site, code, publication);
  await update(site, code, publication);
  return publishLatest(site, label);
}

/** Lambda refuses when somebody has changed anything since we looked. */
async function publishLatest(site: Site, label: Label): Promise<string> {
  const { publishVersion } = await site.account.aws.lambda();
  const { RevisionId, CodeSha256 } = await settled(site);
  const wanted = { FunctionName: site.name, Description: labelText(label), RevisionId, CodeSha256 };
  try {
    return (await publishVersion(wanted)).Version ?? '';
  } catch (error) {
    const made = hasCode(error, 'PreconditionFailed') ? await findByKey(site, label) : undefined;
    if (!made) throw error;
    return made.ref;
  }
}

async function findByKey(site: Site, { key }: Label) {
  return (await listReleases(site)).find((release) => release.label.key === key);
}

async function create(site: Site, { given }: Code, { label, variables }: Publication): Promise<void> {
  const { account, target, context } = site;
  const { createFunction } = await account.aws.lambda();
  const { image, architecture } = account.options;
  const wanted = {
    ...settingsOf(site, variables, labelText(label)),
    Code: given,
    PackageType: image === undefined ? ('Zip' as const) : ('Image' as const),
    Architectures: [architecture],
    Tags: { ...ownTags(target) },
    LoggingConfig: { LogGroup: logGroup(site) },
  };
  for (let tries = 1; ; tries++) {
    try {
      await createFunction(wanted);
      return;
    } catch (error) {
      // An earlier attempt whose answer was lost has made it.
      if (hasCode(error, 'ResourceConflict')) return;
      if (tries >= ROLE_TRIES || !/cannot be assumed/i.test(wordsOf(error))) throw error;
      context.log('waiting until Lambda may use the new role', 'info');
      await context.clock.sleep(Math.min(ROLE_WAIT, FIRST_WAIT * tries), context.signal);
    }
  }
}

/** A role that has just been made is not known everywhere yet: for up to a minute. */
const [ROLE_TRIES, ROLE_WAIT, FIRST_WAIT] = [32, 2_000, 250];

/** What is as it should be is left alone. */
async function update(site: Site, { given, sha256 }: Code, { label, variables }: Publication): Promise<void> {
  const lambda = await site.account.aws.lambda();
  const { image, architecture } = site.account.options;
  const now = await settled(site);
  if (now.Description !== labelText(label)) {
    await lambda.updateFunctionConfiguration(settingsOf(site, variables, labelText(label)));
    await settled(site);
  }
  const known = image === undefined && sha256 === now.CodeSha256 && now.Architectures?.[0] === architecture;
  if (known) return;
  await lambda.updateFunctionCode({ FunctionName: site.name, ...given, Architectures: [architecture] });
}
