import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { renderConfig } from '../config/render.ts';
import type { ProjectDraft } from '../core/draft.ts';
import { DeployerError } from '../core/errors.ts';
import { detectProject } from '../project/detect-project.ts';

/** Writes the config that fits the folder; refuses when one is there already. */
export async function initProject(request: {
  cwd: string;
  mode: 'write' | 'print';
}): Promise<{ file: string; text: string; draft: ProjectDraft }> {
  const draft = await detectProject(request.cwd);
  const text = renderConfig(draft);
  const file = join(request.cwd, 'deploy.config.yaml');
  if (request.mode === 'write') await writeNew(file, text);
  return { file, text, draft };
}

async function writeNew(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST'
      ? new DeployerError({
          code: 'USAGE',
          reason: `${file} exists already`,
          fix: 'Print a fresh one instead: deployer init --print',
          stage: 'usage',
        })
      : new DeployerError({
          code: 'IO_FAILED',
          reason: `${file} cannot be written (${error.code})`,
          fix: 'Check the folder’s rights and free space',
          stage: 'usage',
        });
  });
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}
