import type { EXIT, ExitCode } from '../core/error-codes.ts';
import type { Listener } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Style } from '../report/style.ts';
import type { Runtime } from '../runtime.ts';

/** What a command may do to the world; printed by `help --json` for people and programs that choose. */
export type Effect = 'read' | 'plan' | 'write' | 'destroy';

export interface OptionSpec {
  /** As commander takes it: `--service <name>`, `-f, --follow`. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; the values become a list. */
  readonly repeat?: true;
  readonly choices?: readonly string[];
}

export interface ArgumentSpec {
  /** `source`, `[run]` when it may be left out, `key=value...` when there may be several. */
  readonly name: string;
  readonly description: string;
}

/** One command, as data: help, completion, `help --json` and the parser read this one source. */
export interface CommandSpec {
  readonly effect: Effect;
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Lines that run as printed. */
  readonly examples: readonly string[];
  run(invocation: Invocation): Promise<CommandResult>;
}

export interface GlobalOptions {
  readonly config?: string;
  readonly env?: string;
  readonly json: boolean;
  readonly events?: 'ndjson';
  readonly color?: 'always' | 'never' | 'auto';
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly debug: boolean;
  readonly yes: boolean;
  readonly input: boolean;
  readonly cwd: string;
}

/** The values of a command's own options by camel-case name. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Invocation {
  /** Words of the command: `env promote`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly globals: GlobalOptions;
  runtime(): Promise<Runtime>;
  /** Where the progress of a run goes; chosen by the global options and the terminal. */
  listener(): Promise<Listener>;
  /** Prints a value line by line as it comes (`logs`). */
  print(line: string): void;
  /** Asks for a yes; throws `CONFIRMATION_NEEDED` when there is nobody to ask. */
  confirm(question: Question): Promise<boolean>;
  readonly style: Style;
}

export interface Question {
  readonly text: string;
  /** What answers it on a command line: `--yes`. */
  readonly flag: string;
  /** Severe questions want this word typed. */
  readonly word?: string;
}

export interface CommandResult {
  /** The one document that `--json` prints; `format: 1` is added. `undefined`: the command has printed its values itself. */
  readonly document?: { readonly [key: string]: unknown };
  /** The same for people. */
  text?(style: Style): string;
  /** Verbatim text for stdout whatever the options, such as a schema or a completion script. */
  readonly raw?: string;
  readonly exit?: ExitCode;
}

export type { EXIT, Json };
