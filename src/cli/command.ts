import type { ExitCode } from '../core/error-codes.ts';
import type { Failure } from '../core/errors.ts';
import type { Listener } from '../core/event.ts';
import type { Style } from '../report/style.ts';
import type { Runtime } from '../runtime.ts';

/** What a command may do to the world; printed by `help --json` for people and programs that choose. */
export type Effect = 'read' | 'plan' | 'write' | 'destroy';

/** What a value has to look like. `count`: a whole number above 0; `percent`: 1 to 99; `duration`: `30s`, read as ms. */
export type ValueType = 'text' | 'count' | 'percent' | 'duration' | 'file' | 'folder';

/** Things of the project that a shell can complete. */
export type Completion = 'environments' | 'services' | 'databases' | 'versions' | 'runs' | 'variables';

interface ValueSpec {
  readonly description: string;
  readonly choices?: readonly string[];
  readonly completes?: Completion;
}

export interface OptionSpec extends ValueSpec {
  /** As commander takes it: `--service <name>`, `-f, --follow`. */
  readonly flags: string;
  /** Of its value, when it takes one; `text` when left out. */
  readonly type?: ValueType;
  readonly default?: string | number;
  /** May be given several times; the values become a list. */
  readonly repeat?: true;
}

export interface ArgumentSpec extends ValueSpec {
  /** `source`, `[run]` when it may be left out, `pairs...` when there may be several. */
  readonly name: string;
}

/** One command, as data: help, man page, completion, `help --json` and the parser read this one source. */
export interface CommandSpec {
  readonly effect: Effect;
  /** Names of the schemas of what `--json` prints, the usual one first: `deployer schema output/<name>`. */
  readonly outputs: readonly string[];
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
  readonly events: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly yes: boolean;
  /** Whether questions may be asked. */
  readonly input: boolean;
  readonly cwd: string;
}

export type OptionValue = string | number | boolean | readonly string[] | undefined;

/** The values of a command's own options by camel-case name. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** What a command gets: its words and values, and the outside world, each part made when it is first asked for. */
export interface Invocation {
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly globals: GlobalOptions;
  runtime(): Promise<Runtime>;
  /** Where the progress of a run goes; chosen by the global options and the terminal. */
  listener(): Promise<Listener>;
  /** One line of what is being read (`logs`), in the form that was asked for: as text, or as a record of the event stream. */
  print(line: StreamLine): void;
  /** Says something on stderr, unless `--quiet`. */
  note(text: string): void;
  /** Asks for a yes; throws `CONFIRMATION_NEEDED` when there is nobody to ask. */
  confirm(question: Question): Promise<boolean>;
  /** Asks for a value; `undefined` for none. Throws `CONFIRMATION_NEEDED` when there is nobody to ask. */
  ask(question: ValueQuestion): Promise<string | undefined>;
  /** Aborts when somebody stops the command, or when the reader of its output has gone away. */
  stopped(): AbortSignal;
}

export interface StreamLine {
  readonly text: string;
  /** Where people see it; records all go one way. */
  readonly to?: 'stdout' | 'stderr';
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Question {
  readonly text: string;
  /** What answers it on a command line: `--yes`. */
  readonly flag: string;
  /** Severe questions want this word typed; `--yes` is no answer to them. */
  readonly word?: string;
  /** What there is to decide about, shown above the question. */
  about?(style: Style): string;
}

export interface ValueQuestion {
  readonly key: string;
  readonly text: string;
  /** What gives the value on a command line. */
  readonly flag: string;
  /** `hidden`: with a star for each character. */
  readonly input: 'hidden' | 'shown';
  /** What a Ctrl-C here leaves behind: `what you answered before is kept`. */
  readonly done: string;
  /** What is known of it, shown above the question. */
  about(style: Style): string;
  /** What is wrong with an answer, for people; it is asked again then. */
  check(answer: string): Promise<string | undefined>;
}

type Document = Readonly<Record<string, unknown>>;

export interface CommandResult {
  /** The one document that `--json` prints; `format: 1` is added. A function where it costs something to make. */
  readonly document?: Document | (() => Promise<Document>);
  /** The same for people. */
  text?(style: Style): string;
  /** Verbatim bytes for stdout, such as a schema or a completion script; instead of `text`. */
  readonly raw?: string;
  /** Why the command failed although it has something to print; decides the exit code. */
  readonly failure?: Failure;
  /** What people see in front of the error, such as the table of operations. */
  failureText?(style: Style): string;
  /** Default: 0, or that of the failure. */
  readonly exit?: ExitCode;
  /** The result as Markdown, for CI hosts that show a summary of a step. */
  markdown?(): Promise<string>;
}
