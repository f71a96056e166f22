import { runDocument, runExit } from '../../../report/run.ts';
import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { insist, openProject } from '../../project.ts';
import { runOptions } from '../../run-verb.ts';
import { flagOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'destroy',
  outputs: ['env-prune'],
  description: 'Removes environments whose time is up, on their platforms too.',
  options: [{ flags: '--dry-run', description: 'only list them' }],
  examples: ['deployer env prune --dry-run', 'deployer env prune --yes'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { expiredEnvironments, pruneEnvironments } = await import('../../../workflows/prune.ts');
    const expired = await expiredEnvironments(workspace);
    const rows = expired.map(({ env, expired_at }) => [env, expired_at]);
    if (flagOf(invocation.options, 'dryRun') || expired.length === 0)
      return {
        document: { expired, pruned: [] },
        text: (style) => table(['environment', 'expired'], rows, style) || 'Nothing has expired',
      };
    const names = expired.map(({ env }) => env).join(', ');
    await insist(invocation, { text: `Remove ${names}?`, flag: '--yes' });
    const options = { ...(await runOptions(invocation, workspace)), approve: async () => 'approved_unseen' as const };
    const pruned = await pruneEnvironments(workspace, options);
    const failed = pruned.find(({ report }) => report.failure)?.report;
    return {
      document: { expired, pruned: pruned.map(({ report }) => runDocument(report)) },
      ...(failed?.failure ? { failure: failed.failure, exit: runExit(failed) } : { text: () => `Removed ${names}` }),
    };
  },
};
