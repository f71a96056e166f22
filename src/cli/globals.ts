import type { OptionSpec } from './command.ts';

/** Options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--config <file>', description: 'config file (default: the nearest deploy.config.yaml)' },
  { flags: '--env <name>', description: 'environment, by name or alias' },
  { flags: '--json', description: 'print one JSON document on stdout' },
  {
    flags: '--events <form>',
    description: 'print the event stream on stdout, last line the result',
    choices: ['ndjson'],
  },
  { flags: '--color <when>', description: 'colour the output', choices: ['auto', 'always', 'never'] },
  { flags: '--no-color', description: 'the same as --color=never' },
  { flags: '--quiet', description: 'print results and errors only' },
  { flags: '--verbose', description: 'print more' },
  { flags: '--debug', description: 'write a trace of an unexpected error to a file' },
  { flags: '--yes', description: 'answer yes to questions' },
  { flags: '--no-input', description: 'never ask; fail instead' },
  { flags: '--cwd <folder>', description: 'run as if started in this folder' },
];

const VALUED = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => flags.includes('<')).map(({ flags }) => flags.split(' ')[0]),
);

/**
 * The bare words in front of the first option that is not global: enough to know which command to load before the real
 * parser runs. `--env dev plan`, `plan --env dev` and `env --json promote` all give the command's words.
 */
export function leadingWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length && words.length < 2; index++) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-')) words.push(word);
    else if (VALUED.has(word)) index++;
  }
  return words;
}
