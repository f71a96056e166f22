import { leadingWords, optionWords } from './globals.ts';
import { type CommandEntry, findCommand, HELP } from './manifest.ts';
import { unknownCommand, usage } from './usage.ts';

/** What a command line asks for, before its options are read. */
export type Request =
  | { readonly is: 'version' }
  | { readonly is: 'command'; readonly entry: CommandEntry; readonly argv: readonly string[] };

/**
 * Finds the command. `-h` or `--help` anywhere makes it a request for help and nothing else, and so does a line without
 * a command. Throws `USAGE` for words that name no command.
 */
export function requestOf(argv: readonly string[]): Request {
  const asks = new Set(optionWords(argv));
  const words = leadingWords(argv);
  if (asks.has('-h') || asks.has('--help')) return help(words, asks);
  if (words.length === 0) return withoutCommand(argv, asks);
  const { entry, group } = findCommand(words);
  if (entry) return { is: 'command', entry, argv };
  if (group && words.length === 1 && onlyForms(argv.filter((word) => word !== group))) return help(words, asks);
  throw unknownCommand(words);
}

function withoutCommand(argv: readonly string[], asks: ReadonlySet<string>): Request {
  if (asks.has('--version') || asks.has('-V')) return { is: 'version' };
  if (onlyForms(argv)) return help([], asks);
  throw usage('No command was given', 'List the commands: deployer --help');
}

/** Whether there is nothing but how to print. */
function onlyForms(argv: readonly string[]): boolean {
  return argv.every((word) => word === '--json' || word === '--no-color' || word.startsWith('--color='));
}

function help(words: readonly string[], asks: ReadonlySet<string>): Request {
  const about = words[0] === 'help' && words.length > 1 ? words.slice(1) : words;
  return { is: 'command', entry: HELP, argv: ['help', ...about, ...(asks.has('--json') ? ['--json'] : [])] };
}
