import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type RenderedDriver, renderConfig } from '../config/render.ts';
import type { ProjectDraft } from '../core/draft.ts';
import { DeployerError } from '../core/errors.ts';
import { detectProject } from '../project/detect-project.ts';
import { writeNew } from '../project/write-new.ts';

/** Writes the config that fits the folder; refuses when one is there already, or nothing is found to deploy. */
export async function initProject(request: {
  cwd: string;
  mode: 'write' | 'print';
  driver: RenderedDriver;
}): Promise<{ file: string; text: string; draft: ProjectDraft }> {
  const file = join(request.cwd, 'deploy.config.yaml');
  if (request.mode === 'write' && existsSync(file)) throw existsAlready(file);
  const draft = await detectProject(request.cwd);
  if (draft.services.length + draft.databases.length === 0) throw nothingFound(request.cwd);
  const text = renderConfig(draft, request.driver);
  if (request.mode === 'write' && (await writeNew(file, text)) === 'exists') throw existsAlready(file);
  return { file, text, draft };
}

function existsAlready(file: string): DeployerError {
  return new DeployerError({
    code: 'USAGE',
    reason: `${file} exists already`,
    fix: 'Print a fresh one instead: deployer init --print',
    stage: 'usage',
  });
}

function nothingFound(folder: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `There is nothing to deploy in ${folder}: no program, no site and no migrations were recognised`,
    fix: 'Run it in the folder of your project, or write the config by hand: deployer schema config',
    stage: 'usage',
  });
}
