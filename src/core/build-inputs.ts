import type { JsonObject } from './json.ts';

/** A file that a driver makes because the service has none. */
export interface GeneratedFile {
  /** Root-relative: where it would lie if it were written out. */
  readonly path: string;
  readonly text: string;
}

/** Which of a folder's paths are left out. */
export interface PathFilter {
  /** Equal ids stand for equal answers. */
  readonly id: string;
  /** Asked about paths below the folder, with `/`. */
  ignores(path: string): boolean;
  /** Whether something in a folder that is left out may be taken all the same. */
  readmits(folder: string): boolean;
}

/** What a platform leaves out of folders besides what git ignores; lines in git's form. */
export interface PlatformIgnores {
  /** Name of a file in the service's folder. */
  readonly file: string;
  /** Left out where neither that file nor git's take them back. */
  readonly defaults: readonly string[];
}

/** What a build sees beyond the service's folder, and what decides what it makes beyond files and variables. */
export interface BuildInputs {
  /** Folder inside the project, with `/`; `.` for the project folder itself. */
  readonly folder: string;
  /** In place of the ignore rules of git, which a build by an own command goes by. */
  readonly filter?: PathFilter;
  readonly settings: JsonObject;
  /** They take part as files do: another text makes another build. */
  readonly generated: readonly GeneratedFile[];
}
