import { printable } from '../../core/text.ts';
import type { CommandResult, CommandSpec, Invocation } from '../command.ts';
import { chooseEnvironment, insist, openProject } from '../project.ts';
import { given, textOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['exec'],
  description:
    'Runs a command once with the artifact and the variables of the live release of a service, beside it, in a process or container of its own. It gets no input, and has no time limit. Asks where the environment is protected.',
  arguments: [{ name: 'command...', description: 'the program and its arguments, behind --' }],
  options: [{ flags: '--service <name>', description: 'the service (default: the only one)', completes: 'services' }],
  examples: [
    'deployer exec --env staging --service api -- node tasks/reindex.js --all',
    'deployer exec -- sh -c "ls -l && env"',
  ],
  run,
};

async function run(invocation: Invocation): Promise<CommandResult> {
  const { args, options, globals, print } = invocation;
  const workspace = await openProject(invocation);
  const { name } = await chooseEnvironment(invocation, workspace);
  await insistWhereProtected(invocation, workspace, name);
  const { execCommand } = await import('../../workflows/exec.ts');
  const [program = '', ...words] = args;
  const lines: { channel: string; line: string }[] = [];
  const collects = globals.json && !globals.events;
  const request = {
    env: name,
    command: [program, ...words] as const,
    ...given({ service: textOf(options, 'service') }),
  };
  const { failure, ...done } = await execCommand(workspace, request, (line, channel) => {
    if (collects) lines.push({ channel, line });
    else if (channel !== 'info' || globals.events) print(shown(line, channel));
  });
  return { document: { ...done, ...(collects ? { lines } : {}) }, ...(failure ? { failure } : {}) };
}

function shown(line: string, channel: string) {
  const to = channel === 'stderr' ? ('stderr' as const) : ('stdout' as const);
  return { text: printable(line), to, record: { type: 'log', channel, line } };
}

/** Whatever it does, it may do it to data that people rely on. */
async function insistWhereProtected(
  invocation: Invocation,
  workspace: Awaited<ReturnType<typeof openProject>>,
  env: string,
): Promise<void> {
  const { isProtected } = await import('../run-verb.ts');
  if (!(await isProtected(workspace, env))) return;
  await insist(invocation, { text: `Run "${invocation.args.join(' ')}" in ${env}?`, flag: '--yes' });
}
