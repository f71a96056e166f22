import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import { missingRights } from '../examination.ts';
import type { FunctionOptions } from '../options/function.ts';
import { RIGHTS } from './rights.ts';
import { findFunction, openSite } from './site.ts';

/** Whether account, name and options can be used. Changes nothing. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  try {
    const site = await openSite(target, context);
    const { account } = site;
    const found = await findFunction(site);
    // Before anything is made; what has been deployed once may be deployed again.
    const lacking = found ? [] : await missingRights(target, account, RIGHTS);
    return [...lacking, ...optionFindings(target, account.options, account.region)];
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    return [findingOf(error, target)];
  }
}

function findingOf({ failure }: DeployerError, { service }: Target): Finding {
  const { code, reason, fix } = failure;
  const path = code === 'PROJECT_NAME_TAKEN' ? `services.${service.name}.aws.function_name` : undefined;
  return { level: 'error', code, message: reason, ...(fix ? { fix } : {}), ...(path ? { path } : {}) };
}

/** Creation of functions with these ended on 2026-08-31 or before. */
const ENDED = /^(?:nodejs(?:1\d|20)\.x|python3\.[0-9]$|ruby3\.2|dotnet6|provided\.al2$|java8)/;

function optionFindings(
  { service }: Target,
  { runtime, image, url }: FunctionOptions,
  region: string,
): readonly Finding[] {
  const path = `services.${service.name}`;
  const findings: Finding[] = [];
  if (image === undefined && ENDED.test(runtime))
    findings.push({
      level: 'error',
      code: 'UNSUPPORTED',
      message: `Lambda makes no new functions with ${runtime}`,
      path: `${path}.aws.runtime`,
      fix: 'Take a newer one, such as nodejs22.x',
    });
  if (image !== undefined && !image.includes(`.ecr.${region}.`))
    findings.push({
      level: 'error',
      code: 'INVALID_CONFIG',
      message: `Lambda takes images of its own region only, which is ${region}`,
      path: `${path}.aws.image`,
      fix: 'Copy the image to a repository there',
    });
  if (url === 'none' && service.health)
    findings.push({
      level: 'error',
      code: 'UNSUPPORTED',
      message: `${service.name} has no address that a health check could ask`,
      path: `${path}.health`,
      fix: 'Set health: false, or aws.url: public',
    });
  return findings;
}
