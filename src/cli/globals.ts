import type { GlobalOptions, OptionSpec, OptionValues } from './command.ts';

/** Options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--config <file>', description: 'config file (default: the nearest deploy.config.yaml)', type: 'file' },
  { flags: '--env <name>', description: 'environment, by name or alias', completes: 'environments' },
  { flags: '--json', description: 'print one JSON document on stdout' },
  {
    flags: '--events <form>',
    description: 'print the event stream on stdout, last line the result',
    choices: ['ndjson'],
  },
  { flags: '--color <when>', description: 'colour the output', choices: ['auto', 'always', 'never'] },
  { flags: '--no-color', description: 'the same as --color=never' },
  { flags: '--quiet', description: 'print results and errors only' },
  { flags: '--verbose', description: 'also print what the steps print' },
  { flags: '--debug', description: 'print where an unexpected error came from' },
  { flags: '--yes', description: 'answer yes to questions' },
  { flags: '--no-input', description: 'never ask; fail instead' },
  { flags: '--cwd <folder>', description: 'run as if started in this folder', type: 'folder' },
];

const VALUED = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => flags.includes('<')).map(({ flags }) => flags.split(' ')[0] ?? ''),
);

/** Words before `--`: what comes after it is never an option. */
export function optionWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

/**
 * The bare words in front: enough to know which command to load before the real parser runs. `--env dev plan`,
 * `plan --env dev` and `env --json promote` all give the command's words.
 */
export function leadingWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  const all = optionWords(argv);
  for (let index = 0; index < all.length && words.length < 2; index++) {
    const word = all[index] ?? '';
    if (!word.startsWith('-')) words.push(word);
    else if (VALUED.has(word)) index++;
  }
  return words;
}

/** The parser's values of the global options, with their defaults. */
export function globalsOf(values: OptionValues): GlobalOptions {
  const text = (name: string) => (typeof values[name] === 'string' ? { [name]: values[name] } : {});
  return {
    ...text('config'),
    ...text('env'),
    json: values.json === true,
    events: values.events !== undefined,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    yes: values.yes === true,
    input: values.input !== false,
    cwd: typeof values.cwd === 'string' ? values.cwd : process.cwd(),
  };
}
