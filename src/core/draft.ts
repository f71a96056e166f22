/** What `init` found in a folder: enough to write a config that validates. */
export interface ServiceDraft {
  readonly name: string;
  readonly path: string;
  /** `Next.js`, `Express`, `static files`: for a comment. */
  readonly framework: string;
  readonly build?: { readonly command: string; readonly output?: string };
  readonly start?: string;
  /** Variable names the code or its templates mention. */
  readonly env: readonly string[];
  readonly spa?: boolean;
}

export interface DatabaseDraft {
  readonly name: string;
  readonly connection_env: string;
  readonly engine: string;
  readonly path: string;
}

export interface ProjectDraft {
  readonly project: string;
  readonly services: readonly ServiceDraft[];
  readonly databases: readonly DatabaseDraft[];
}
