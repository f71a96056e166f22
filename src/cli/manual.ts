import type { CommandSpec, OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './globals.ts';
import type { CommandEntry } from './manifest.ts';
import { exitCodes, VARIABLES } from './topics.ts';

export interface DescribedCommand {
  readonly entry: CommandEntry;
  readonly spec: CommandSpec;
}

/** The manual page in the language of man(7), from the data that help is made of: `deployer help --man | man -l -`. */
export function manualPage(commands: readonly DescribedCommand[]): string {
  return `${[
    '.TH DEPLOYER 1',
    '.SH NAME',
    'deployer \\- plan, deploy, promote and roll back a project from one deploy.config.yaml',
    '.SH SYNOPSIS',
    '.B deployer',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH OPTIONS',
    ...GLOBAL_OPTIONS.flatMap(optionLines),
    '.SH EXIT STATUS',
    ...exitCodes().flatMap(({ code, meaning }) => term(String(code), meaning)),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, meaning]) => term(name, meaning)),
    '.SH FILES',
    ...term('deploy.config.yaml', 'the project; deployer schema prints its schema'),
    ...term('.deployer', 'state, versions, runs and audit log, beside the config'),
  ].join('\n')}\n`;
}

function commandLines({ entry, spec }: DescribedCommand): string[] {
  const words = [...entry.path, ...(spec.arguments ?? []).map(({ name }) => name)].join(' ');
  return [
    `.SS ${roff(words)}`,
    roff(spec.description ?? `${entry.summary}.`),
    ...(spec.options ?? []).flatMap(optionLines),
    ...spec.examples.flatMap((example) => ['.PP', '.nf', roff(`    ${example}`), '.fi']),
  ];
}

function optionLines({ flags, description, choices, default: value }: OptionSpec): string[] {
  const more = [...(choices ? [choices.join(', ')] : []), ...(value === undefined ? [] : [`default: ${value}`])];
  return term(flags, more.length > 0 ? `${description} (${more.join('; ')})` : description);
}

function term(name: string, meaning: string): string[] {
  return ['.TP', `.B ${roff(name)}`, roff(meaning)];
}

/** Text as it is: no line of it is taken for a request, and a hyphen stays one that can be copied. */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/’/g, '\\(cq')
    .replace(/^([.'])/, '\\&$1');
}
