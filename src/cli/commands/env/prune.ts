import { runDocument, runExit } from '../../../report/run.ts';
import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject, runOptions } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'destroy',
  description: 'Removes environments whose time is up, on their platforms too.',
  options: [{ flags: '--dry-run', description: 'only list them' }],
  examples: ['deployer env prune --dry-run', 'deployer env prune --yes'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { expiredEnvironments, pruneEnvironments } = await import('../../../workflows/prune.ts');
    const expired = await expiredEnvironments(workspace);
    const rows = expired.map(({ env, expired_at }) => [env, expired_at]);
    const listing = () => table(['environment', 'expired'], rows) || 'Nothing has expired';
    if (invocation.options.dryRun === true || expired.length === 0)
      return { document: { expired, pruned: [] }, text: listing };
    const names = expired.map(({ env }) => env).join(', ');
    if (!(await invocation.confirm({ text: `Remove ${names}?`, flag: '--yes' })))
      return { document: { expired, pruned: [] }, text: () => 'Nothing was removed' };
    const pruned = await pruneEnvironments(workspace, await runOptions(invocation, workspace));
    const exit = pruned.map(({ report }) => runExit(report)).find((code) => code !== 0);
    return {
      document: { expired, pruned: pruned.map(({ env, report }) => ({ env, ...runDocument(report) })) },
      text: () => `Removed ${names}`,
      ...(exit ? { exit } : {}),
    };
  },
};
