import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';
import { numberOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['audit'],
  options: [{ flags: '--limit <n>', description: 'how many, newest last', type: 'count', default: 50 }],
  examples: ['deployer audit --limit 10'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { options, globals } = invocation;
    const { entries: all, skipped } = await workspace.state.audit.read({ limit: numberOf(options, 'limit') ?? 50 });
    const entries = all.filter(({ environment }) => !globals.env || environment === globals.env);
    const rows = entries.map(({ at, who, action, environment, result, run_id }) => [
      at,
      who,
      action,
      environment ?? '-',
      result ?? '-',
      run_id ?? '-',
    ]);
    return {
      document: { entries, skipped },
      text: (style) =>
        table(['at', 'who', 'action', 'environment', 'result', 'run'], rows, style) || 'Nothing was done yet',
    };
  },
};
