/** What `init` found in a folder: enough to write a config that validates. */
export interface ServiceDraft {
  readonly name: string;
  readonly path: string;
  /** `Next.js`, `Express`, `static files`: for a comment. */
  readonly framework: string;
  readonly build?: { readonly command: string; readonly output?: string };
  readonly start?: string;
  /** Names of the variables that it needs: its code or its templates say so. */
  readonly env: readonly string[];
  /** The place that shows a need, by name: `src/pay.ts:4 process.env.STRIPE_SECRET_KEY`. */
  readonly evidence?: Readonly<Record<string, string>>;
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
