import type { Digest } from './digest.ts';

/** What a build yielded. The digest names the bytes; two artifacts with the same digest are the same artifact. */
export interface Artifact {
  readonly kind: 'files' | 'image' | 'zip' | 'remote';
  readonly digest: Digest;
  /** Bytes and files, where known. */
  readonly size?: number;
  readonly files?: number;
  /** Where else it may be found, such as an image name without tag. Never a secret. */
  readonly location?: string;
}

/** A file or link of an artifact, by its path with `/`. */
export type ArtifactEntry =
  | { readonly path: string; readonly size: number /** Hex. */; readonly sha256: string; readonly executable?: true }
  | { readonly path: string; readonly link: string };

/** Sees the bytes of files while they are brought into a store. */
export interface FileWatch {
  /** Begins a file; what it answers is called with its bytes in order, which are only lent. */
  open(path: string): (bytes: Uint8Array) => void;
  /** Called when all were read, before the artifact is there: what it throws refuses it. */
  close(): void;
}

/** Content-addressed store of file artifacts below the state folder. */
export interface ArtifactStore {
  /** Copies the tree at `folder` (only `paths` inside it when given) into the store. Links that leave the folder are refused. */
  put(folder: string, paths?: readonly string[], watch?: FileWatch): Promise<Artifact>;
  /** Absolute path of the read-only tree; `NOT_FOUND` when it is not in the store. */
  locate(digest: Digest): Promise<string>;
  /** What the tree consists of, sorted by path. */
  list(digest: Digest): Promise<readonly ArtifactEntry[]>;
  /** Makes a private, writable copy of the tree at `folder` (created). */
  copyTo(digest: Digest, folder: string): Promise<void>;
  has(digest: Digest): Promise<boolean>;
  /** Compares every file with its digest; names what differs. */
  verify(digest: Digest): Promise<readonly string[]>;
  /**
   * Removes every artifact that is not in `keep` and was not put, or put again, within the last `idle_ms`: another run may
   * be about to place it. Answers what was removed.
   */
  prune(keep: ReadonlySet<Digest>, options: { readonly idle_ms: number }): Promise<readonly Digest[]>;
}
