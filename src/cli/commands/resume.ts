import type { CommandSpec } from '../command.ts';
import { listOption, openProject, runOptions, runResult } from '../project.ts';
import { RUN_OPTIONS } from '../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description: 'Finishes a run that was cut off, from its own plan and journal. What is done is not done again.',
  arguments: [{ name: '[run]', description: 'id of the run (default: the one that was cut off)' }],
  options: [
    {
      flags: '--assume-done <operation>',
      description: 'an operation in doubt that you have seen to be done',
      repeat: true,
    },
    {
      flags: '--assume-not-done <operation>',
      description: 'an operation in doubt that you have seen not to be done',
      repeat: true,
    },
    ...RUN_OPTIONS,
  ],
  examples: ['deployer resume'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { resume } = await import('../../workflows/resume.ts');
    const [run] = invocation.args;
    const report = await resume(
      workspace,
      {
        ...(run ? { run } : {}),
        direction: 'forward',
        assumeDone: listOption(invocation.options, 'assumeDone'),
        assumeNotDone: listOption(invocation.options, 'assumeNotDone'),
      },
      await runOptions(invocation, workspace),
    );
    return runResult(report, invocation, workspace);
  },
};
