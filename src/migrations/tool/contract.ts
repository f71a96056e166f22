import type { Failure } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { MigrationFile, MigrationTarget, Resolution } from '../../core/migration.ts';
import type { CommandResult } from '../../core/ports.ts';
import type { Session } from '../database/contract.ts';
import type { Folder } from '../files/folder.ts';

/** argv without a shell, its first word a program of the project or of the machine; or the owner's own command line. */
export type Invocation = { readonly argv: readonly string[] } | { readonly line: string };

/** What a tool says about its database. Ids are those of the files. */
export interface ToolState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied, but without a file. */
  readonly missing?: readonly string[];
  /** Begun and not ended, as the tool remembers it. */
  readonly dirty?: string;
}

/** How to learn that state: from the tool's output, or from the table that it keeps. */
export type StateReader =
  | {
      readonly from: 'output';
      /** `undefined` when there is no way to ask: then everything counts as pending, always. */
      command(target: MigrationTarget): Invocation | undefined;
      /** `undefined` when the output is not an answer but a failure. */
      read(result: CommandResult, files: readonly MigrationFile[]): ToolState | undefined;
    }
  | {
      readonly from: 'table';
      read(session: Session, target: MigrationTarget, files: readonly MigrationFile[]): Promise<ToolState>;
      /** Before there is a database. */
      empty(files: readonly MigrationFile[]): ToolState;
    };

/** A migration tool as data and pure functions; `toolEngine` makes the engine. */
export interface Tool {
  readonly name: string;
  /** Whether the tool keeps two of itself from migrating at once. Where not, we hold our lock while it runs. */
  ownLock(target: MigrationTarget): boolean;
  /** Keys of `options` that it takes beside `cwd`. */
  readonly options: readonly string[];
  files(folder: Folder): { readonly files: readonly MigrationFile[]; readonly problems: readonly Finding[] };
  readonly state: StateReader;
  apply(target: MigrationTarget): Invocation;
  /** Variables for its children; the URL reaches them in no other way. */
  environment(target: MigrationTarget): Readonly<Record<string, string>>;
  /** What a failed command means, where its output has a form of its own. */
  explain?(output: string, target: MigrationTarget): Pick<Failure, 'code' | 'reason' | 'fix'> | undefined;
  resolve?(target: MigrationTarget, resolution: Resolution): Invocation | undefined;
}
