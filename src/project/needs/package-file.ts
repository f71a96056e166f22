import type { FileFacts } from './mention.ts';

/** What a folder's package file says it needs to run. */
export function scanPackageFile(text: string): FileFacts {
  try {
    const { dependencies } = JSON.parse(text) as { dependencies?: unknown };
    const names = typeof dependencies === 'object' && dependencies !== null ? Object.keys(dependencies) : [];
    return { mentions: [], packages: names };
  } catch {
    return { mentions: [], packages: [] };
  }
}
