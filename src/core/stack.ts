/** What a folder of the project seems to hold, told by its files alone. */
export interface Stack {
  /** For people: `Next.js`, `FastAPI`, `static files`. */
  readonly framework: string;
  readonly language: 'node' | 'python' | 'go' | 'ruby' | 'hugo' | 'files';
  /** `server`: a process; `files`: only files; `app`: files of which index.html answers for every place in the app. */
  readonly serves: 'server' | 'files' | 'app';
  readonly build?: { readonly command: string; readonly output?: string };
  readonly start?: string;
  /** Names of what lies at the top of the folder, sorted. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** What git leaves out of the folder, as patterns of a `.gitignore` that lies in it. */
  readonly ignored: readonly string[];
  readonly node?: NodeStack;
  readonly python?: PythonStack;
}

export interface NodeStack {
  readonly manager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** Exact, when the package file names one. */
  readonly managerVersion?: string;
  /** Major version of Node, when a file of the project names one. */
  readonly version?: number;
  /** Whether there is anything to install. */
  readonly installs: 'packages' | 'nothing';
  /** What has to be there before packages can be installed: hooks and local packages need everything. */
  readonly needs: 'package files' | 'sources';
  /** `member`: packages are installed at the root of the workspace, for all its members. */
  readonly place: 'alone' | 'member';
  /** Files at the top of the folder that packages are installed from: the workspace's, for a member. */
  readonly lock?: string;
  /** Yarn 2 and newer is another program than yarn 1. */
  readonly yarn?: 'classic' | 'modern';
}

export interface PythonStack {
  /** `3.12`, when a file of the project names one. */
  readonly version?: string;
  /** Whether a `pyproject.toml` can be installed as a package. */
  readonly isPackage: boolean;
}
