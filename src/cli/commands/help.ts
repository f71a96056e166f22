import { ERROR_CODES, type ErrorCode } from '../../core/error-codes.ts';
import type { CommandResult, CommandSpec } from '../command.ts';
import { GLOBAL_OPTIONS } from '../globals.ts';
import { commandsOf, describeCommand, describeOption, overview } from '../help.ts';
import { type CommandEntry, findCommand } from '../manifest.ts';
import { commandHelp } from '../parse.ts';
import { unknownCommand } from '../usage.ts';
import { flagOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['help'],
  description:
    'Shows help for a command, a group, an error code, or a topic: exit-codes, environment, errors, precedence.',
  arguments: [{ name: '[words...]', description: 'command, topic or error code' }],
  options: [{ flags: '--man', description: 'print the manual page, for man -l' }],
  examples: ['deployer help deploy', 'deployer help exit-codes', 'deployer help PLAN_STALE'],
  async run({ args, options }) {
    if (flagOf(options, 'man')) return manual();
    if (args.length === 0) return { text: () => overview(), document: describeTool };
    return (await topicOrCode(args)) ?? about(args);
  },
};

async function topicOrCode([word = '', ...more]: readonly string[]): Promise<CommandResult | undefined> {
  if (more.length > 0) return undefined;
  const { errorPage, TOPICS } = await import('../topics.ts');
  if (Object.hasOwn(ERROR_CODES, word)) return errorPage(word as ErrorCode);
  return TOPICS.get(word)?.();
}

async function about(words: readonly string[]): Promise<CommandResult> {
  const { entry, group } = findCommand(words);
  if (entry) {
    const spec = await entry.load();
    return { text: () => commandHelp(entry, spec), document: describeCommand(entry, spec) };
  }
  if (!group || words.length > 1) throw unknownCommand(words);
  return { text: () => overview(group), document: async () => ({ commands: await describeAll(commandsOf(group)) }) };
}

async function describeTool(): Promise<Record<string, unknown>> {
  const { exitCodes } = await import('../topics.ts');
  return {
    name: 'deployer',
    global_flags: GLOBAL_OPTIONS.map(describeOption),
    commands: await describeAll(commandsOf()),
    exit_codes: exitCodes(),
  };
}

async function describeAll(entries: readonly CommandEntry[]): Promise<Record<string, unknown>[]> {
  return Promise.all(entries.map(async (entry) => describeCommand(entry, await entry.load())));
}

async function manual(): Promise<CommandResult> {
  const { manualPage } = await import('../manual.ts');
  const commands = await Promise.all(commandsOf().map(async (entry) => ({ entry, spec: await entry.load() })));
  const page = manualPage(commands);
  return { raw: page, document: { page } };
}
