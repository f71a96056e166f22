import { Command, CommanderError, Option } from 'commander';
import { parseDuration } from '../core/duration.ts';
import type { CommandSpec, OptionSpec, OptionValue, OptionValues, ValueType } from './command.ts';
import { GLOBAL_OPTIONS } from './globals.ts';
import { TOPICS_LINE } from './help.ts';
import type { CommandEntry } from './manifest.ts';
import { usage } from './usage.ts';

/** A command line as the command understands it. */
export interface Parsed {
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly globals: OptionValues;
}

/** Parses a command line against one command. Throws `USAGE` for anything that is not understood. */
export function parseCommand(entry: CommandEntry, spec: CommandSpec, argv: readonly string[]): Parsed {
  const { program, leaf } = build(entry, spec);
  let understood = false;
  leaf.action(() => {
    understood = true;
  });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw usage(sentence(error.message), `See: deployer ${entry.path.join(' ')} --help`);
  }
  if (!understood) throw usage('The command line was not understood', `See: deployer ${entry.path.join(' ')} --help`);
  return { args: leaf.args, options: leaf.opts(), globals: program.opts() };
}

/** The help page of one command, at most 80 columns wide. */
export function commandHelp(entry: CommandEntry, spec: CommandSpec): string {
  const { leaf } = build(entry, spec);
  const examples = ['Examples:', ...spec.examples.map((line) => `  ${line}`)];
  return `${leaf.helpInformation()}\n${[...examples, '', `More: ${TOPICS_LINE}`].join('\n')}\n`;
}

function build(entry: CommandEntry, spec: CommandSpec): { program: Command; leaf: Command } {
  const program = newCommand('deployer');
  for (const option of GLOBAL_OPTIONS) program.addOption(toOption(option));
  const leaf = descend(program, entry.path).description(spec.description ?? `${entry.summary}.`);
  for (const { name, description, choices } of spec.arguments ?? []) {
    const argument = leaf.createArgument(name.startsWith('[') ? name : `<${name}>`, description);
    leaf.addArgument(choices ? argument.choices([...choices]) : argument);
  }
  for (const option of spec.options ?? []) leaf.addOption(toOption(option));
  return { program, leaf };
}

function newCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ showGlobalOptions: true, helpWidth: 80 })
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
}

function descend(program: Command, path: readonly string[]): Command {
  return path.reduce((parent, word) => {
    const child = newCommand(word);
    parent.addCommand(child);
    return child;
  }, program);
}

function toOption({ flags, description, type, repeat, choices, default: value }: OptionSpec): Option {
  const option = new Option(flags, description);
  if (value !== undefined) option.default(value);
  if (choices) return option.choices([...choices]);
  if (!option.required) return option;
  const name = option.long ?? flags;
  return option.argParser((text: string, earlier: OptionValue) => {
    const read = readValue(text, name, type ?? 'text');
    return repeat ? [...(Array.isArray(earlier) ? earlier : []), read] : read;
  });
}

/** A value that is empty is a variable that was not set in somebody's script: never the same as no option. */
function readValue(text: string, name: string, type: ValueType): string | number {
  if (text === '') throw usage(`${name} has an empty value`, `Give ${name} a value, or leave it out`);
  switch (type) {
    case 'count':
      return wholeNumber(text, { name, most: 10_000 });
    case 'percent':
      return wholeNumber(text, { name, most: 99 });
    case 'duration':
      return milliseconds(text, name);
    default:
      return text;
  }
}

function wholeNumber(text: string, { name, most }: { name: string; most: number }): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw usage(`${name} takes a whole number from 1 to ${most}, not "${text}"`, `For instance: ${name} 10`);
}

function milliseconds(text: string, name: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw usage(`${name} takes a duration, not "${text}"`, `For instance: ${name} 10m`);
}

/** commander's `error: unknown option '--x'\n(Did you mean --y?)` → one sentence. */
function sentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
