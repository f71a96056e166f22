/** What we read of Vercel's answers; they hold much more. */
export interface ProjectView {
  readonly id: string;
  readonly name: string;
  /** The account or team it belongs to. */
  readonly accountId?: string;
  readonly autoAssignCustomDomains?: boolean;
  readonly targets?: { readonly production?: { readonly id?: string; readonly alias?: readonly string[] } | null };
  readonly lastAliasRequest?: AliasRequest | null;
  readonly protectionBypass?: Readonly<Record<string, unknown>>;
  readonly ssoProtection?: unknown;
  readonly passwordProtection?: unknown;
  /** The configuration of its rolling releases, where they are switched on. */
  readonly rollingRelease?: unknown;
  readonly framework?: string | null;
  readonly rootDirectory?: string | null;
  readonly nodeVersion?: string;
}

/** The last promotion or rollback. */
export interface AliasRequest {
  readonly fromDeploymentId?: string | null;
  readonly toDeploymentId?: string;
  readonly jobStatus?: 'pending' | 'in-progress' | 'succeeded' | 'failed' | 'skipped';
  /** ms since 1970. */
  readonly requestedAt?: number;
  readonly type?: 'promote' | 'rollback';
}

export type ReadyState =
  | 'QUEUED'
  | 'INITIALIZING'
  | 'ANALYZING'
  | 'BUILDING'
  | 'DEPLOYING'
  | 'READY'
  | 'ERROR'
  | 'CANCELED'
  | 'BLOCKED';

export interface DeploymentView {
  readonly id: string;
  /** Host without scheme. */
  readonly url: string;
  readonly inspectorUrl?: string | null;
  readonly target?: string | null;
  readonly readyState: ReadyState;
  readonly aliasAssigned?: boolean | number | null;
  readonly aliasError?: { readonly code?: string; readonly message?: string } | null;
  readonly errorCode?: string | null;
  readonly errorMessage?: string | null;
  readonly seatBlock?: { readonly blockCode?: string } | null;
  readonly checksConclusion?: string | null;
  readonly meta?: Readonly<Record<string, string>>;
  readonly readySubstate?: 'STAGED' | 'ROLLING' | 'PROMOTED' | null;
  /** ms since 1970. */
  readonly createdAt?: number;
  /** Names of the variables that came along. */
  readonly env?: readonly string[];
}

/** A deployment as lists show it. */
export interface DeploymentItem {
  readonly uid: string;
  readonly url: string;
  /** ms since 1970. */
  readonly created: number;
  readonly state: ReadyState;
  readonly target?: string | null;
  readonly meta?: Readonly<Record<string, string>>;
  readonly inspectorUrl?: string | null;
  readonly softDeletedByRetention?: boolean;
}

export interface VariableRecord {
  readonly id: string;
  readonly key: string;
  readonly value?: string;
  readonly type: string;
  /** Whether `value` is the value, and not what is kept of it. */
  readonly decrypted?: boolean;
  readonly target?: readonly string[] | string;
  readonly gitBranch?: string | null;
  readonly customEnvironmentIds?: readonly string[];
  readonly comment?: string | null;
}

/** A domain of a project. */
export interface DomainView {
  readonly name: string;
  readonly verified?: boolean;
  /** What proves whose it is. */
  readonly verification?: readonly { readonly type?: string; readonly domain?: string; readonly value?: string }[];
}

/** `error` of an answer. */
export interface ApiError {
  readonly code?: string;
  readonly name?: string;
  readonly message?: string;
  readonly missing?: readonly string[];
  readonly saml?: boolean;
  readonly invalidToken?: boolean;
  readonly dataPath?: string;
  readonly keyword?: string;
  readonly key?: string;
  readonly envVarKey?: string;
  readonly limit?: { readonly reset?: number; readonly resetMs?: number };
}
