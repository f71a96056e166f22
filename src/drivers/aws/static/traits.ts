import type { Capability, Creation, FileLimit, TargetTraits } from '../../../core/driver.ts';
import type { Adopting } from './names.ts';

export function staticTraits({ bucket, distribution }: Adopting, capabilities: readonly Capability[]): TargetTraits {
  return {
    capabilities,
    creates: [
      ...(bucket === undefined ? [{ what: 'a private S3 bucket' }] : []),
      { what: distribution === undefined ? `a CloudFront distribution, ${PARTS}` : PARTS },
    ] satisfies readonly Creation[],
    adopts: [
      ...(bucket === undefined ? [] : [`the bucket ${bucket}`]),
      ...(distribution === undefined ? [] : [`the distribution ${distribution}`]),
    ],
  };
}

/** None of it costs money while nobody asks for anything. */
const PARTS = 'two functions of CloudFront and a key value store';

/** Two releases that have no file in common still fit into a key value store. */
export const STATIC_FILES: FileLimit = {
  most: 50_000,
  of: 'artifact',
  fix: 'Deploy fewer files: the names of all of them have to fit into a key value store of CloudFront',
};
