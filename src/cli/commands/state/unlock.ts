import type { CommandSpec } from '../../command.ts';
import { insist, openProject } from '../../project.ts';
import { given } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['state-unlock'],
  description:
    'Frees a lock whose holder is gone for good, in the state and on the hosts. Takes the exact id, which the refusal, state show and doctor print.',
  arguments: [{ name: 'id', description: 'id of the lock' }],
  examples: ['deployer state unlock lock01hzy3x5w8', 'deployer state unlock lock01hzy3x5w8 --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { unlock } = await import('../../../workflows/unlock.ts');
    const [id = ''] = invocation.args;
    await insist(invocation, {
      text: `Free the lock ${id}? A holder that still runs will stop before its next step.`,
      flag: '--yes',
    });
    const { environment, unknown } = await unlock(workspace, { id, ...given({ env: invocation.globals.env }) });
    for (const place of unknown) invocation.note(`${place} cannot be reached: if the lock is there too, it still is`);
    return { document: { status: 'success', id, environment }, text: () => `${environment} is free` };
  },
};
