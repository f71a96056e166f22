import { printable } from '../../core/text.ts';
import type { CommandSpec } from '../command.ts';
import { chooseEnvironment, openProject } from '../project.ts';
import { SERVICE_OPTION } from '../run-options.ts';
import { flagOf, given, listOf, numberOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['logs'],
  options: [
    SERVICE_OPTION,
    { flags: '-f, --follow', description: 'go on printing new lines' },
    { flags: '--tail <n>', description: 'begin with this many lines', type: 'count', default: 100 },
  ],
  examples: ['deployer logs --env staging --service api', 'deployer logs --follow'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { readLogs } = await import('../../workflows/status.ts');
    const { options, globals } = invocation;
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const { redactor } = workspace.runtime;
    const request = {
      env,
      follow: flagOf(options, 'follow') ?? false,
      tail: numberOf(options, 'tail') ?? 100,
      signal: invocation.stopped(),
      ...given({ services: listOf(options, 'service') }),
    };
    const lines: unknown[] = [];
    await readLogs(workspace, request, (line) => {
      const safe = redactor.redactDeep(line);
      if (globals.json && !globals.events) lines.push(safe);
      else invocation.print({ text: `${safe.service} | ${printable(safe.line)}`, record: { type: 'log', ...safe } });
    });
    return { document: { env, ...(globals.json && !globals.events ? { lines } : {}) } };
  },
};
