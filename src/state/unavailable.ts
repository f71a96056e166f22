import { DeployerError } from '../core/errors.ts';

const WORDS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOSPC: ['no space is left on the device', 'Free some space, then run the command again'],
  EDQUOT: ['the disk quota is used up', 'Free some space, then run the command again'],
  EROFS: ['the file system is read-only', 'Mount it writable, or set state.path to a folder that is'],
  EACCES: ['permission denied', 'Check the owner and the rights of the folder'],
  EPERM: ['the operation is not permitted', 'Check the owner and the rights of the folder'],
  EIO: ['input/output error', 'Check the disk; "deployer state verify" tells what is still whole'],
  ELOOP: ['it is a symbolic link', 'Replace the link by the file itself'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n)'],
  ENFILE: ['too many files are open', 'Raise the limit of the system'],
  EISDIR: ['it is a folder', 'Move the folder away'],
  ENOTDIR: ['a part of the path is not a folder', 'Check state.path'],
};

/**
 * A failed call on the state folder as `STATE_UNAVAILABLE`: what was tried, where, and the system's code. The system's own
 * error object is left behind, so that nothing foreign is printed.
 */
export function unavailable(attempt: string, path: string, error: unknown): DeployerError {
  if (error instanceof DeployerError) return error;
  const code = systemCode(error);
  const [what, fix] = WORDS[code] ?? ['the system refused', 'Check the disk and the folder'];
  return new DeployerError({
    code: 'STATE_UNAVAILABLE',
    stage: 'state',
    reason: `Could not ${attempt} ${path}: ${what} (${code})`,
    fix,
  });
}

/** `ENOENT` and the like; `UNKNOWN` for anything that is not a system error. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : 'UNKNOWN';
}
