import { printable } from '../../core/text.ts';
import type { CommandSpec } from '../command.ts';
import { chooseEnvironment, flagOption, listOption, openProject, positive } from '../project.ts';
import { SERVICE_OPTION } from '../run-options.ts';

export const spec: CommandSpec = {
  effect: 'read',
  options: [
    SERVICE_OPTION,
    { flags: '-f, --follow', description: 'go on printing new lines' },
    { flags: '--tail <n>', description: 'begin with this many lines (default: 100)' },
  ],
  examples: ['deployer logs --env staging --service api', 'deployer logs --follow'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { readLogs } = await import('../../workflows/status.ts');
    const { options, globals } = invocation;
    const { name } = await chooseEnvironment(invocation, workspace);
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    const tail = options.tail === undefined ? 100 : positive(options.tail, '--tail');
    const collected: unknown[] = [];
    const { redactor } = workspace.runtime;
    await readLogs(
      workspace,
      {
        env: name,
        services: listOption(options, 'service'),
        follow: flagOption(options, 'follow'),
        tail,
        signal: stop.signal,
      },
      (line) => {
        const safe = redactor.redactDeep(line);
        if (globals.events) invocation.print(JSON.stringify({ format: 1, type: 'log', ...safe }));
        else if (globals.json) collected.push(safe);
        else invocation.print(`${safe.service} | ${printable(safe.line)}`);
      },
    );
    return globals.json ? { document: { env: name, lines: collected } } : {};
  },
};
