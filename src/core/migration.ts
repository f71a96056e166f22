import type { MigrationStrategy } from './config.ts';
import type { Digest } from './digest.ts';
import type { Finding } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { Clock, Processes } from './ports.ts';
import type { Secret } from './secret.ts';

/** `expand` only adds and older code runs on with it; `contract` takes away or tightens. */
export type Phase = 'expand' | 'contract';

/** One migration file as found. */
export interface MigrationFile {
  /** File name without ending; sorts in the order of application. */
  readonly id: string;
  /** Path inside the project. */
  readonly path: string;
  /** Over the text without BOM and with LF line ends. */
  readonly checksum: Digest;
  readonly phase: Phase;
  /** `said`: the file says it (`-- deployer:phase expand`); `guessed`: from its statements. */
  readonly phase_source: 'said' | 'guessed';
  readonly has_down: boolean;
  /** Said by the file: older code runs on after it (`-- deployer:compatible`); every `expand` is. */
  readonly compatible: boolean;
  /** Statements worth a second look, in words: `DROP TABLE notes`. */
  readonly risks: readonly string[];
}

export interface AppliedMigration {
  readonly id: string;
  readonly checksum: Digest;
  readonly phase: Phase;
  readonly applied_at: string;
}

export interface DirtyMigration {
  readonly id: string;
  /** Statements that are known to be through; the next one was perhaps sent too. */
  readonly statements_done: number;
  readonly statements_total: number;
}

export interface MigrationStatus {
  /** All files of the engine, in order. */
  readonly files: readonly MigrationFile[];
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly MigrationFile[];
  readonly dirty?: DirtyMigration;
  /** Files that cannot be read right, changed, missing, out-of-order or duplicate ones, as errors. */
  readonly problems: readonly Finding[];
}

/** One database as an engine sees it. */
export interface MigrationTarget {
  readonly database: string;
  /** The value of `migration_env`, else of `connection_env`; revealed only to connect or into a child's environment. */
  readonly url: Secret;
  /** The variable's name, for children and messages. */
  readonly connection_env: string;
  /** Absolute project folder, and the migrations folder inside the project. */
  readonly root: string;
  readonly path: string;
  readonly options: JsonObject;
}

export interface MigrationContext {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly signal: AbortSignal;
  /** Time left, ms; waiting for the lock counts. */
  readonly timeout: number;
  log(line: string): void;
}

export interface ApplyRequest {
  /** Ids that were approved; anything else that is pending stays pending. `undefined`: all. */
  readonly only?: readonly string[];
  readonly allowOutOfOrder?: boolean;
}

export type Resolution =
  | { readonly as: 'applied'; readonly id: string }
  | { readonly as: 'rolled-back'; readonly id: string }
  /** Go on with statement number `from` (counted from 1). */
  | { readonly as: 'continue-from'; readonly id: string; readonly from: number };

/** A way to migrate: the built-in raw SQL one, or an adapter to a tool the team already uses. */
export interface MigrationEngine {
  readonly name: string;
  /** What the files say, without a database. */
  files(
    target: Omit<MigrationTarget, 'url' | 'connection_env'>,
  ): Promise<{ readonly files: readonly MigrationFile[]; readonly problems: readonly Finding[] }>;
  /** Reads; takes no lock; changes nothing, not even the ledger table. */
  status(target: MigrationTarget, context: MigrationContext): Promise<MigrationStatus>;
  /** Applies what is approved and pending, each file once whoever else tries; answers what this call applied. */
  apply(
    target: MigrationTarget,
    request: ApplyRequest,
    context: MigrationContext,
  ): Promise<readonly AppliedMigration[]>;
  /** Runs the down files of these ids, newest first. Only on explicit request. */
  revert?(target: MigrationTarget, ids: readonly string[], context: MigrationContext): Promise<readonly string[]>;
  /** Puts the ledger right after a crash that left a file half applied. */
  resolve?(target: MigrationTarget, resolution: Resolution, context: MigrationContext): Promise<void>;
}

export type { MigrationStrategy };
