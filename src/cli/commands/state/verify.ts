import type { CommandSpec } from '../../command.ts';
import { findingsResult } from '../../findings-result.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['state-verify'],
  description:
    'Checks snapshots, versions, audit log, locks and file modes, and says how to mend what is wrong. Mends nothing itself.',
  examples: ['deployer state verify'],
  async run(invocation) {
    const { state } = await openProject(invocation);
    const { findings, checked } = await state.verify();
    return findingsResult({ findings, status: 'whole', document: { checked }, sentence: 'The state is whole' });
  },
};
