import { readFile, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { ioFailure } from '../core/io-failure.ts';
import { warningsFor } from '../secrets/project-file.ts';

/** Bytes */
const LONGEST = 1024 * 1024;

/** The text of a dotenv file anywhere, with what is not as it should be about a file that holds secrets. */
export async function readDotenv(cwd: string, file: string): Promise<{ text: string; warnings: readonly Finding[] }> {
  try {
    const real = await realpath(resolve(cwd, file));
    const { size, mode } = await stat(real);
    if (size > LONGEST) throw tooLarge(file);
    const warnings = await warningsFor({ path: file, real, mode });
    return {
      text: await readFile(real, 'utf8'),
      warnings: warnings.map((message) => ({ level: 'warning', code: 'INVALID_ENV', message })),
    };
  } catch (error) {
    throw error instanceof DeployerError ? error : ioFailure('read', file, error);
  }
}

function tooLarge(file: string): DeployerError {
  return new DeployerError({
    code: 'USAGE',
    reason: `${file} is larger than 1 MiB, and no dotenv file`,
    fix: 'Name a file with lines such as NAME=value',
    stage: 'usage',
  });
}
