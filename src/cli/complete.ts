import type { Config } from '../core/config.ts';
import type { Workspace } from '../workflows/workspace.ts';
import type { ArgumentSpec, CommandSpec, Completion, OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './globals.ts';
import { COMMANDS, type CommandEntry, findCommand } from './manifest.ts';

/**
 * What may follow the words typed so far; the last one is the one being typed. Never fails and never touches a network:
 * a shell must not print errors while somebody types.
 */
export async function completions(words: readonly string[]): Promise<readonly string[]> {
  const line = await readLine(words);
  const candidates = await candidatesFor(line).catch(() => []);
  const prefix = line.inline ? `${line.inline}=` : '';
  return [...new Set(candidates)]
    .filter((candidate) => candidate.startsWith(line.typed))
    .sort()
    .map((candidate) => prefix + candidate);
}

/** A command line under way. */
interface Line {
  /** What the candidates have to begin with. */
  readonly typed: string;
  /** The option whose value is typed in the same word: `--env` of `--env=st`. */
  readonly inline?: string;
  /** The option whose value is typed. */
  readonly option?: OptionSpec | undefined;
  /** Bare words before, values of options left out. */
  readonly words: readonly string[];
  readonly entry?: CommandEntry | undefined;
  readonly spec?: CommandSpec | undefined;
  /** Values of `--config`, `--cwd` and `--env` that were typed before. */
  readonly given: ReadonlyMap<string, string>;
}

async function readLine(typedWords: readonly string[]): Promise<Line> {
  // bash takes `--env=st` apart into three words.
  const all = typedWords.filter((word, index) => word !== '=' || index === typedWords.length - 1);
  const last = all.at(-1) === '=' ? '' : (all.at(-1) ?? '');
  const { entry } = findCommand(readBefore(all.slice(0, -1), GLOBAL_OPTIONS).words);
  const spec = await entry?.load();
  const options = [...GLOBAL_OPTIONS, ...(spec?.options ?? [])];
  const { words, given, open } = readBefore(all.slice(0, -1), options);
  const [name = '', inlineValue] = last.startsWith('--') && last.includes('=') ? splitAt(last) : ['', undefined];
  const base = { words, given, entry, spec };
  return inlineValue === undefined
    ? { ...base, typed: last, option: open }
    : { ...base, typed: inlineValue, inline: name, option: valued(options, name) };
}

/** What stands before the word being typed: bare words, values of options, and an option that waits for its value. */
function readBefore(before: readonly string[], options: readonly OptionSpec[]) {
  const words: string[] = [];
  const given = new Map<string, string>();
  let open: OptionSpec | undefined;
  for (const word of before) {
    if (open) given.set(longName(open), word);
    else if (!word.startsWith('-')) words.push(word);
    else if (word.includes('=')) given.set(...splitAt(word));
    open = open ? undefined : valued(options, word);
  }
  return { words, given, open };
}

async function candidatesFor(line: Line): Promise<readonly string[]> {
  const { option, entry, spec, words, typed } = line;
  if (option) return valuesOf(option, line);
  if (typed.startsWith('-')) return [...GLOBAL_OPTIONS, ...(spec?.options ?? [])].map(longName);
  if (!entry || !spec)
    return COMMANDS.filter(({ path }) => words.every((word, index) => path[index] === word)).flatMap(
      ({ path }) => path[words.length] ?? [],
    );
  if (entry.path[0] === 'help') return helpWords(words.slice(1));
  const argument = spec.arguments?.[words.length - entry.path.length];
  return argument ? valuesOf(argument, line) : [];
}

async function helpWords(words: readonly string[]): Promise<readonly string[]> {
  const { TOPICS } = await import('./topics.ts');
  const commands = COMMANDS.filter(({ path }) => words.every((word, index) => path[index] === word));
  return [...commands.flatMap(({ path }) => path[words.length] ?? []), ...(words.length === 0 ? TOPICS.keys() : [])];
}

async function valuesOf(spec: OptionSpec | ArgumentSpec, line: Line): Promise<readonly string[]> {
  if (spec.choices) return spec.choices;
  return spec.completes ? known(spec.completes, line) : [];
}

async function known(kind: Completion, { given }: Line): Promise<readonly string[]> {
  const [{ createRuntime }, { openWorkspace }] = await Promise.all([
    import('../runtime.ts'),
    import('../workflows/workspace.ts'),
  ]);
  const config = given.get('--config');
  const cwd = given.get('--cwd') ?? process.cwd();
  const workspace = await openWorkspace(createRuntime(), { cwd, ...(config ? { config } : {}) });
  switch (kind) {
    case 'environments':
      return environmentsOf(workspace);
    case 'services':
      return namesIn(workspace.config, 'services');
    case 'databases':
      return namesIn(workspace.config, 'databases');
    case 'variables':
      return variablesOf(workspace.config);
    case 'runs':
      return workspace.state.runs.list({ limit: 20 });
    case 'versions':
      return (await workspace.state.versions.list({ limit: 50 })).versions.map(({ id, name }) => name ?? id);
  }
}

async function environmentsOf({ config, state }: Workspace): Promise<readonly string[]> {
  const { document } = await state.read();
  const written = Object.values(config.environments).flatMap(({ name, aliases }) => [name, ...aliases]);
  return [...written, ...Object.keys(document.environments)];
}

/** What services ask for, and what environments have. */
function variablesOf({ environments }: Config): readonly string[] {
  return Object.values(environments).flatMap(({ services, variables, secrets }) => [
    ...Object.values(services).flatMap(({ env, build }) => [...env.map(({ key }) => key), ...build.env]),
    ...Object.keys({ ...variables, ...secrets }),
  ]);
}

function namesIn({ environments }: Config, part: 'services' | 'databases'): readonly string[] {
  return Object.values(environments).flatMap((environment) => Object.keys(environment[part]));
}

/** The option of this name, when it takes a value. */
function valued(options: readonly OptionSpec[], word: string): OptionSpec | undefined {
  return options.find(({ flags }) => flags.includes('<') && flags.split(/[ ,]+/).includes(word));
}

function longName({ flags }: OptionSpec): string {
  return flags.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? flags;
}

function splitAt(word: string): [name: string, value: string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}
