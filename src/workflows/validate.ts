import type { Finding } from '../core/finding.ts';
import { checkEnvironment } from './check-environment.ts';
import { folderFindings } from './service-folders.ts';
import type { Workspace } from './workspace.ts';

/** What the loaded config cannot know by itself: that folders exist; with `env`, that values are there. */
export async function validateProject(workspace: Workspace, request: { env?: string }): Promise<readonly Finding[]> {
  const { config } = workspace;
  const findings = [...workspace.warnings, ...(await folderFindings(workspace, Object.values(config.environments)))];
  if (request.env) findings.push(...(await checkEnvironment(workspace, request.env)).findings);
  return findings;
}
