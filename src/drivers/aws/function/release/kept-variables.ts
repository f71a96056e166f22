import type { DriverContext, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { KeptVariable } from '../../../../core/inspection.ts';
import { Secret } from '../../../../core/secret.ts';
import { openSite } from '../site.ts';
import { findAlias, LIVE } from './entrance.ts';
import { sharesOf } from './inspection.ts';
import { readLabel } from './label.ts';

/** The variables of the version that users are led to, whoever published it; during a canary of the one before. */
export async function keptVariables(
  target: Target,
  context: DriverContext,
): Promise<readonly KeptVariable[] | undefined> {
  const site = await openSite(target, context);
  const live = await findAlias(site, LIVE);
  const [version] = live ? [...sharesOf(live).keys()].sort((one, other) => Number(one) - Number(other)) : [];
  if (version === undefined) return undefined;
  const { getFunctionConfiguration } = await site.account.aws.lambda();
  const found = await getFunctionConfiguration({ FunctionName: site.name, Qualifier: version });
  if (found.Environment?.Error) throw hidden(target);
  const ours = readLabel(found.Description) !== undefined;
  return Object.entries(found.Environment?.Variables ?? {}).map(([name, value]) => ({
    name,
    ours,
    value: new Secret(value),
  }));
}

function hidden({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'INSUFFICIENT_PERMISSIONS',
    reason: `Lambda does not show the variables of ${service.name}: their key may not be used`,
    fix: 'Add kms:Decrypt for the key of the function',
  });
}
