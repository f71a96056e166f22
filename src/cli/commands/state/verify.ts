import { EXIT } from '../../../core/error-codes.ts';
import { findingText } from '../../../report/failure.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description:
    'Checks snapshots, versions, audit log, locks and file modes, and says how to mend what is wrong. Mends nothing itself.',
  examples: ['deployer state verify'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { findings, checked } = await workspace.state.verify();
    const bad = findings.some(({ level }) => level === 'error');
    return {
      document: { status: bad ? 'damaged' : 'whole', checked, findings },
      text: (style) =>
        [
          ...findings.map((finding) => findingText(finding, style)),
          bad ? 'The state is damaged' : 'The state is whole',
        ].join('\n'),
      exit: bad ? EXIT.failed : EXIT.done,
    };
  },
};
