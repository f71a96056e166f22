import type { ArgumentSpec, CommandSpec, OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './globals.ts';
import { COMMANDS, type CommandEntry, GROUP_TITLES } from './manifest.ts';

/** The last line of every page. */
export const TOPICS_LINE = 'deployer help exit-codes, environment, errors or precedence';

/** Help of the whole tool, or of a group such as `env`. */
export function overview(group?: string): string {
  return group ? groupHelp(group) : toolHelp();
}

export function commandsOf(group?: string): readonly CommandEntry[] {
  return COMMANDS.filter(({ path }) => !group || path[0] === group);
}

/** A command for programs: what it does to the world, what it takes, and the schema of what it prints. */
export function describeCommand(entry: CommandEntry, spec: CommandSpec): Record<string, unknown> {
  return {
    name: entry.path.join(' '),
    summary: entry.summary,
    description: spec.description ?? `${entry.summary}.`,
    effect: spec.effect,
    arguments: (spec.arguments ?? []).map(describeArgument),
    flags: (spec.options ?? []).map(describeOption),
    output_schemas: spec.outputs.map((name) => `output/${name}`),
    examples: spec.examples,
  };
}

/** `{ flags: "--service <name>", name: "--service", value: "name", type: "text", repeat: true, … }`. */
export function describeOption({ flags, ...spec }: OptionSpec): Record<string, unknown> {
  const words = flags.split(/[ ,]+/);
  const value = words.find((word) => word.startsWith('<'))?.slice(1, -1);
  const short = words.find((word) => /^-[^-]/.test(word));
  return {
    flags,
    name: words.find((word) => word.startsWith('--')),
    ...(short ? { short } : {}),
    value: value ?? null,
    type: value ? (spec.choices ? 'choice' : (spec.type ?? 'text')) : 'flag',
    default: spec.default ?? (value ? null : false),
    repeat: spec.repeat === true,
    ...(spec.choices ? { choices: spec.choices } : {}),
    description: spec.description,
  };
}

function describeArgument({ name, description, choices }: ArgumentSpec): Record<string, unknown> {
  return {
    form: name.startsWith('[') ? name : `<${name}>`,
    name: name.replace(/[[\].]/g, ''),
    required: !name.startsWith('['),
    several: name.includes('...'),
    ...(choices ? { choices } : {}),
    description,
  };
}

function toolHelp(): string {
  const width = widest(COMMANDS);
  return page([
    ['Usage: deployer <command> [options]'],
    ['Plan, deploy, promote and roll back a project from one deploy.config.yaml.'],
    ...Object.entries(GROUP_TITLES).map(([name, title]) => [
      `${title}:`,
      ...commandLines(
        COMMANDS.filter(({ group }) => group === name),
        width,
      ),
    ]),
    ['Options:', ...optionLines()],
    ['Examples:', '  deployer plan --env staging', '  deployer deploy'],
    ['More: deployer help <command>', `      ${TOPICS_LINE}`],
  ]);
}

function groupHelp(group: string): string {
  const entries = commandsOf(group);
  return page([
    [`Usage: deployer ${group} <command> [options]`],
    ['Commands:', ...commandLines(entries, widest(entries))],
    ['Examples:', ...entries.slice(0, 2).map(({ path }) => `  deployer ${path.join(' ')} --help`)],
    [`More: deployer help ${group} <command>`, `      ${TOPICS_LINE}`],
  ]);
}

function page(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function widest(entries: readonly CommandEntry[]): number {
  return Math.max(...entries.map(({ path }) => path.join(' ').length));
}

function commandLines(entries: readonly CommandEntry[], width: number): string[] {
  return entries.map(({ path, summary }) => `  ${path.join(' ').padEnd(width)}  ${summary}`);
}

function optionLines(): string[] {
  const rows = [
    ...GLOBAL_OPTIONS.map(({ flags, description }) => [flags, description] as const),
    ['-h, --help', 'show help'] as const,
    ['-V, --version', 'print the version'] as const,
  ];
  return rows.map(([flags, description]) => `  ${flags.padEnd(17)}  ${description}`);
}
