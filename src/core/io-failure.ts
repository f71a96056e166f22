import { DeployerError } from './errors.ts';
import { printableLine } from './text.ts';

const MEANING: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it does not exist',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'its path is too long',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EIO: 'the disk reports an error',
};

/** The system's code of a thrown thing (`ENOENT`), or an empty text. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** `IO_FAILED` for one file or folder: `Cannot read src/a.ts: permission denied`. Nothing of the foreign error's text is kept. */
export function ioFailure(doing: 'read' | 'write' | 'remove', path: string, error: unknown): DeployerError {
  const code = systemCode(error);
  const why = MEANING[code] ?? (code || 'an unexpected error');
  return new DeployerError({
    code: 'IO_FAILED',
    reason: `Cannot ${doing} ${printableLine(path)}: ${why}`,
    fix: code === 'ENOSPC' || code === 'EDQUOT' ? 'Make room on the disk' : 'Check the path and its rights',
  });
}
