import { basename } from 'node:path';
import type { ProjectDraft } from '../core/draft.ts';

export async function detectProject(root: string): Promise<ProjectDraft> {
  return { project: basename(root), services: [], databases: [] };
}
