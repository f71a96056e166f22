import type { Creation, FileLimit } from '../../../core/driver.ts';

/** What a first deploy makes. None of it costs money while nobody asks for anything. */
export const STATIC_CREATES: readonly Creation[] = [
  { what: 'a private S3 bucket' },
  { what: 'a CloudFront distribution, two functions of it and a key value store' },
];

/** Two releases that have no file in common still fit into a key value store. */
export const STATIC_FILES: FileLimit = {
  most: 50_000,
  of: 'artifact',
  fix: 'Deploy fewer files: the names of all of them have to fit into a key value store of CloudFront',
};
