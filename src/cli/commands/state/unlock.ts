import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description:
    'Frees a lock whose holder is gone for good. Takes the exact id, which the refusal and state show print.',
  arguments: [{ name: 'id', description: 'id of the lock' }],
  examples: ['deployer state unlock lock_01hzy3x5w8'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { recordAction } = await import('../../../workflows/record.ts');
    const [id = ''] = invocation.args;
    const sure = await invocation.confirm({
      text: `Free the lock ${id}? A holder that still runs will stop before its next step.`,
      flag: '--yes',
    });
    if (!sure) return { document: { status: 'refused', id }, text: () => 'Nothing was changed', exit: 4 };
    const { environment } = await workspace.state.unlock(id, { who: workspace.runtime.who });
    await recordAction(workspace, { action: 'state unlock', environment, detail: { lock: id } });
    return { document: { status: 'success', id, environment }, text: () => `${environment} is free` };
  },
};
