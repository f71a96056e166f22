import { ERROR_CODES } from '../../core/error-codes.ts';
import { count } from '../../core/text.ts';
import type { CommandSpec } from '../command.ts';
import { GLOBAL_OPTIONS } from '../globals.ts';
import { COMMANDS, type CommandEntry, findCommand } from '../manifest.ts';
import { overview, parseCommand, unknownCommand } from '../program.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Shows help for a command, a group, an error code, or a topic: exit-codes, environment, errors.',
  arguments: [{ name: '[words...]', description: 'command, topic or error code' }],
  examples: ['deployer help deploy', 'deployer help exit-codes', 'deployer help PLAN_STALE'],
  async run({ args }) {
    if (args.length === 0) return { raw: overview(), document: await describeTool() };
    const topics = await import('../topics.ts');
    const [word = ''] = args;
    if (word in topics.TOPICS) return topics.topic(word);
    if (word in ERROR_CODES) return topics.errorPage(word as keyof typeof ERROR_CODES);
    const { entry, group } = findCommand(args);
    if (entry) return { raw: await commandHelp(entry), document: await describeCommand(entry) };
    if (group && args.length === 1) return { raw: overview(group), document: { commands: await describeAll(group) } };
    throw unknownCommand(args);
  },
};

async function commandHelp(entry: CommandEntry): Promise<string> {
  const parsed = parseCommand(entry, await entry.load(), [...entry.path, '--help']);
  return parsed.kind === 'help' ? parsed.text : '';
}

async function describeTool(): Promise<Record<string, unknown>> {
  const commands = await describeAll();
  return { name: 'deployer', summary: count(commands.length, 'command'), global_flags: GLOBAL_OPTIONS, commands };
}

async function describeAll(group?: string): Promise<Record<string, unknown>[]> {
  return Promise.all(COMMANDS.filter(({ path }) => !group || path[0] === group).map(describeCommand));
}

async function describeCommand(entry: CommandEntry): Promise<Record<string, unknown>> {
  const { effect, description, arguments: args, options, examples } = await entry.load();
  return {
    name: entry.path.join(' '),
    summary: entry.summary,
    description: description ?? entry.summary,
    effect,
    arguments: args ?? [],
    flags: options ?? [],
    examples,
  };
}
