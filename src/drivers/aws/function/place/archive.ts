import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '../../../../core/artifact.ts';
import type { DriverContext } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';

export interface Archive {
  readonly bytes: Buffer;
  /** As Lambda tells it: base64. */
  readonly sha256: string;
}

/** Lambda takes no more, unpacked. */
const LARGEST = 250 * 1024 * 1024;
/** Fields of the time in an archive know no zone: this one is the same everywhere. */
const ALWAYS = new Date(1980, 0, 1);
const [PLAIN, EXECUTABLE] = [0o100644, 0o100755];

/** The artifact's files as a zip that is the same for the same files: sorted, and without times of their own. */
export async function archiveOf({ digest }: Artifact, { artifacts }: DriverContext): Promise<Archive> {
  const { ZipFile } = await import('yazl');
  const [tree, entries] = await Promise.all([artifacts.locate(digest), artifacts.list(digest)]);
  const zip = new ZipFile();
  let size = 0;
  for (const entry of entries) {
    if ('link' in entry) throw refused(`has the link ${entry.path}`, 'Put files in the place of links');
    size += entry.size;
    if (size > LARGEST) throw refused('is larger than 250 MiB', 'Leave files out, or deploy it as an image');
    zip.addReadStreamLazy(
      entry.path,
      { mtime: ALWAYS, forceDosTimestamp: true, mode: entry.executable ? EXECUTABLE : PLAIN, size: entry.size },
      (take) => take(null, createReadStream(join(tree, entry.path))),
    );
  }
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('base64') };
}

function refused(what: string, fix: string): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `The artifact ${what}, which Lambda does not take`,
    fix,
  });
}
