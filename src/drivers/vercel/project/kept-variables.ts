import type { DriverContext, Target } from '../../../core/driver.ts';
import type { KeptVariable } from '../../../core/inspection.ts';
import { Secret } from '../../../core/secret.ts';
import { Vercel } from '../api/client.ts';
import type { VariableRecord } from '../api/types.ts';
import { commentOf, sideOf } from '../names.ts';
import { readOptions } from '../options.ts';
import { findProject, listVariables } from './project.ts';

/** The project's production variables: those of previews go with each deployment. */
export async function keptVariables(
  target: Target,
  context: DriverContext,
): Promise<readonly KeptVariable[] | undefined> {
  if (sideOf(target) === 'preview' || readOptions(target.service.options).content === 'static') return undefined;
  const api = new Vercel(target, context);
  const project = await findProject(api, target);
  if (!project) return undefined;
  const records = (await listVariables(api, project)).filter(isForProduction);
  return records.map((record) => ({
    name: record.key,
    ours: record.comment === commentOf(target),
    ...(isReadable(record) ? { value: new Secret(record.value ?? '') } : {}),
  }));
}

function isForProduction({ target, gitBranch }: VariableRecord): boolean {
  return [target ?? []].flat().includes('production') && !gitBranch;
}

/** Others are told as they lie there, which is no value. */
function isReadable({ type, decrypted, value }: VariableRecord): boolean {
  return value !== undefined && (type === 'plain' || (type === 'encrypted' && decrypted === true));
}
