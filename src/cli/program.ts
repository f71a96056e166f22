import { Command, CommanderError, Option } from 'commander';
import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import type { CommandSpec, OptionSpec, OptionValues } from './command.ts';
import { GLOBAL_OPTIONS } from './globals.ts';
import { COMMANDS, type CommandEntry, GROUP_TITLES } from './manifest.ts';

/** What the parser understood: a command with its values, or a text to print (help). */
export type Parsed =
  | {
      readonly kind: 'command';
      readonly args: readonly string[];
      readonly options: OptionValues;
      readonly globals: OptionValues;
    }
  | { readonly kind: 'help'; readonly text: string };

/** Parses a command line against one command. Throws `USAGE` for anything that is not understood. */
export function parseCommand(entry: CommandEntry, spec: CommandSpec, argv: readonly string[]): Parsed {
  let understood: Parsed | undefined;
  const program = newCommand('deployer');
  addGlobals(program);
  const leaf = describe(descend(program, entry.path), entry, spec);
  leaf.action(() => {
    understood = { kind: 'command', args: leaf.args, options: leaf.opts(), globals: program.opts() };
  });
  const text = capture(program, [...argv], entry.path);
  return understood ?? { kind: 'help', text };
}

/** Help of the whole tool, or of a group such as `env`. */
export function overview(group?: string): string {
  const entries = COMMANDS.filter(({ path }) => !group || path[0] === group);
  const width = Math.max(...entries.map(({ path }) => path.join(' ').length));
  const section = (title: string, of: readonly CommandEntry[]) =>
    of.length === 0
      ? []
      : ['', `${title}:`, ...of.map(({ path, summary }) => `  ${path.join(' ').padEnd(width)}  ${summary}`)];
  const sections = group
    ? section('Commands', entries)
    : Object.entries(GROUP_TITLES).flatMap(([name, title]) =>
        section(
          title,
          entries.filter((entry) => entry.group === name),
        ),
      );
  return [
    `Usage: deployer ${group ?? '<command>'} ${group ? '<command> ' : ''}[options]`,
    ...(group ? [] : ['', 'Plan, deploy, promote and roll back a project from one deploy.config.yaml.']),
    ...sections,
    ...(group ? [] : ['', 'Options:', ...optionLines()]),
    '',
    'Examples:',
    ...(group
      ? entries.slice(0, 2).map(({ path }) => `  deployer ${path.join(' ')} --help`)
      : ['  deployer plan --env staging', '  deployer deploy']),
    '',
    'More: deployer help <command>, deployer help exit-codes, deployer help environment',
    '',
  ].join('\n');
}

/** `USAGE` for words that name no command, with the nearest one there is. */
export function unknownCommand(words: readonly string[]): DeployerError {
  const typed = words.join(' ');
  const names = COMMANDS.map(({ path }) => path.join(' '));
  const close = nearest(typed, names) ?? nearest(words[0] ?? '', names);
  return usage(
    `There is no command "${typed}"`,
    close ? `Did you mean: deployer ${close}` : 'List the commands: deployer --help',
  );
}

export function usage(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'USAGE', reason, fix, stage: 'usage' });
}

function optionLines(): string[] {
  return GLOBAL_OPTIONS.map(({ flags, description }) => `  ${flags.padEnd(18)}  ${description}`);
}

function newCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ showGlobalOptions: true });
}

function addGlobals(program: Command): void {
  for (const option of GLOBAL_OPTIONS) program.addOption(toOption(option));
  program.option('-V, --version', 'print the version');
}

function descend(program: Command, path: readonly string[]): Command {
  let parent = program;
  for (const word of path) {
    const child = newCommand(word);
    parent.addCommand(child);
    parent = child;
  }
  return parent;
}

function describe(leaf: Command, entry: CommandEntry, spec: CommandSpec): Command {
  leaf.description(spec.description ?? `${entry.summary}.`);
  for (const { name, description } of spec.arguments ?? []) leaf.argument(argumentForm(name), description);
  for (const option of spec.options ?? []) leaf.addOption(toOption(option));
  return leaf.addHelpText('after', ['', 'Examples:', ...spec.examples.map((line) => `  ${line}`), ''].join('\n'));
}

function argumentForm(name: string): string {
  return name.startsWith('[') ? name : `<${name}>`;
}

function toOption({ flags, description, repeat, choices }: OptionSpec): Option {
  const option = new Option(flags, description);
  if (choices) option.choices([...choices]);
  if (repeat) option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
  return option;
}

function capture(program: Command, argv: string[], path: readonly string[]): string {
  let text = '';
  const output = {
    writeOut: (part: string) => (text += part),
    writeErr: () => {},
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
  for (let command: Command | undefined = program; command; command = command.commands[0])
    command.configureOutput(output);
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usage(sentence(error.message), `See: deployer ${path.join(' ')} --help`);
  }
  return text;
}

/** commander's `error: unknown option '--x'\n(Did you mean --y?)` → one sentence. */
function sentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
