import type { BuildInputs } from '../../../core/build-inputs.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { findContext, generatedFiles, runsBefore } from './context.ts';
import { readBuildOptions } from './options.ts';

/** What the image of a service is made from. The files count as the build sees them, unless a command makes some of them. */
export async function buildInputs(
  target: Target,
  context: Pick<DriverContext, 'root' | 'detect'>,
): Promise<BuildInputs> {
  const { service } = target;
  const { dockerfile, target: stage = null, build_args, platform = null } = readBuildOptions(service.options);
  const settings = { dockerfile, target: stage, build_args, platform };
  const source = await findContext(target, context).catch((error: unknown) => {
    if (!(error instanceof DeployerError)) throw error;
    return undefined;
  });
  if (!source) return { folder: service.path, settings, generated: [] };
  const commands = service.build.command !== undefined && runsBefore(source);
  const { path: folder, filter } = source;
  return { folder, settings, generated: generatedFiles(source), ...(commands ? {} : { filter }) };
}
