import { join } from 'node:path';
import type { BuildInputs } from '../core/build-inputs.ts';
import type { ServiceConfig } from '../core/config.ts';
import { type Digest, digestValue, type Fingerprint } from '../core/digest.ts';
import { type Failure, toFailure } from '../core/errors.ts';
import { openFileCache } from '../project/file-cache.ts';
import { compareManifests, loadManifest, pruneManifests, saveManifest } from '../project/manifest.ts';
import { findNeeds } from '../project/needs/find.ts';
import type { DetectedNeed } from '../project/needs/judge.ts';
import { openNeedsMemory } from '../project/needs/memory.ts';
import { hashSource, listSource, type SourceHash } from '../project/source.ts';
import { openSourceTree, serviceFolder } from '../project/source-tree.ts';

/** The working tree of a project, as services see it. Reading never writes; `save` is for runs. */
export interface Sources {
  /** `inputs`: what a driver says that its build sees. */
  hash(service: ServiceConfig, inputs: BuildInputs | undefined): SourceHash;
  /** Files and links of a service's folder under its ignore rules. */
  list(service: ServiceConfig): readonly string[];
  /** How many files differ from those a release was made from; `unknown` when their list is gone. */
  changedSince(files: Digest, now: SourceHash): number | 'unknown';
  /** The variables that a service's files ask for; what lies in the folders of other services is theirs. */
  needs(service: ServiceConfig, services: readonly ServiceConfig[], hash: SourceHash): Promise<readonly DetectedNeed[]>;
  /** What keeps a service's files from being read, if anything. */
  problem(service: ServiceConfig, inputs: BuildInputs | undefined): Failure | undefined;
  /** Keeps the stat cache, and the file lists of what is live. */
  save(live: ReadonlySet<Digest>): void;
}

export function openSources({ root, folder }: { root: string; folder: string }): Sources {
  const cache = openFileCache(join(folder, 'cache', 'files'));
  const lists = join(folder, 'cache', 'sources');
  const tree = openSourceTree(root);
  const hashed = new Map<string, SourceHash>();
  const memory = openNeedsMemory(cache);
  return {
    hash(service, inputs) {
      if (service.from !== undefined) return madeElsewhere(service.from);
      const found = hashSource({ tree, service, cache, inputs });
      hashed.set(found.digest, found);
      return found;
    },
    list: (service) => (service.from === undefined ? listSource(tree, service) : []),
    changedSince(files, now) {
      const before = loadManifest(lists, files);
      if (!before) return 'unknown';
      const { added, changed, removed } = compareManifests(before, now.files);
      return added + changed + removed;
    },
    needs(service, services, { files }) {
      const folderOf = (one: ServiceConfig) => serviceFolder(tree, one);
      const others = services.filter(({ from }) => from === undefined).map(folderOf);
      return findNeeds({ root: tree.root, folder: folderOf(service), others, files, memory });
    },
    problem(service, inputs) {
      if (service.from !== undefined) return undefined;
      try {
        hashSource({ tree, service, cache, inputs });
        return undefined;
      } catch (error) {
        return toFailure(error, 'config');
      }
    },
    save(live) {
      cache.save(root);
      for (const { digest, files } of hashed.values()) if (live.has(digest)) saveManifest(lists, digest, files);
      pruneManifests(lists, live);
    },
  };
}

/** No file of the project counts, only what is named. */
function madeElsewhere(from: string): SourceHash {
  return { digest: digestValue({ from }), files: '' as SourceHash['files'] };
}

export interface SourceParts {
  readonly files: Digest;
  readonly variables: Readonly<Record<string, Fingerprint>>;
  readonly inputs: BuildInputs | undefined;
}

/** Over all that decides what a build makes: equal digests need no second build. */
export function sourceDigest({ build }: ServiceConfig, { files, variables, inputs }: SourceParts): Digest {
  const { command, output } = build;
  const own = inputs && { settings: inputs.settings, generated: inputs.generated };
  return digestValue({ files, command, output, variables, inputs: own });
}
