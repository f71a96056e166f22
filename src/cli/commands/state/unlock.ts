import type { CommandSpec } from '../../command.ts';
import { insist, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['state-unlock'],
  description:
    'Frees a lock whose holder is gone for good. Takes the exact id, which the refusal and state show print.',
  arguments: [{ name: 'id', description: 'id of the lock' }],
  examples: ['deployer state unlock lock01hzy3x5w8'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { recordAction } = await import('../../../workflows/record.ts');
    const [id = ''] = invocation.args;
    await insist(invocation, {
      text: `Free the lock ${id}? A holder that still runs will stop before its next step.`,
      flag: '--yes',
    });
    const { environment } = await workspace.state.unlock(id, { who: workspace.runtime.who });
    await recordAction(workspace, { action: 'state unlock', environment, detail: { lock: id } });
    return { document: { status: 'success', id, environment }, text: () => `${environment} is free` };
  },
};
