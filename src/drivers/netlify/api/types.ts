/** What we read of Netlify's answers; they hold much more. */
export interface SiteView {
  readonly id: string;
  readonly name: string;
  readonly ssl_url?: string | null;
  readonly url?: string | null;
  readonly admin_url?: string | null;
  readonly custom_domain?: string | null;
  readonly account_id?: string;
  readonly account_slug?: string;
  readonly published_deploy?: DeployView | null;
  readonly build_settings?: { readonly repo_url?: string | null; readonly repo_branch?: string | null } | null;
  readonly prevent_non_git_prod_deploys?: boolean | null;
}

export interface DeployView {
  readonly id: string;
  /** As the document lists them, and words of older pages. */
  readonly state: string;
  readonly title?: string | null;
  readonly branch?: string | null;
  readonly context?: string | null;
  readonly draft?: boolean | null;
  readonly locked?: boolean | null;
  readonly ssl_url?: string | null;
  readonly deploy_ssl_url?: string | null;
  readonly admin_url?: string | null;
  readonly error_message?: string | null;
  /** SHA-1s of files, and SHA-256s of functions, whose bytes Netlify wants. */
  readonly required?: readonly string[] | null;
  readonly required_functions?: readonly string[] | null;
  readonly created_at?: string | null;
  readonly published_at?: string | null;
}

export interface VariableView {
  readonly key: string;
  readonly is_secret?: boolean | null;
  readonly scopes?: readonly string[] | null;
  readonly values?: readonly ValueView[] | null;
}

export interface ValueView {
  readonly id?: string;
  readonly value?: string | null;
  readonly context: string;
  readonly context_parameter?: string | null;
}

export interface SplitView {
  readonly id: string;
  readonly active?: boolean | null;
  /** Each names a branch and a percentage. */
  readonly branches?: readonly Readonly<Record<string, unknown>>[] | null;
}

/** An answer that says no, in all the forms that Netlify gives it. */
export interface ApiError {
  readonly message?: unknown;
  readonly msg?: unknown;
  readonly error?: unknown;
  readonly errors?: unknown;
}
