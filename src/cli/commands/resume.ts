import type { CommandSpec } from '../command.ts';
import { RUN_OPTIONS } from '../run-options.ts';
import { runVerb } from '../run-verb.ts';
import { given, listOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description: 'Finishes a run that was cut off, from its own plan and journal. What is done is not done again.',
  arguments: [{ name: '[run]', description: 'id of the run (default: the one that was cut off)', completes: 'runs' }],
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
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running }) => {
      const { resume } = await import('../../workflows/resume.ts');
      const { args, options } = invocation;
      const assumeDone = listOf(options, 'assumeDone') ?? [];
      const assumeNotDone = listOf(options, 'assumeNotDone') ?? [];
      return resume(
        workspace,
        { direction: 'forward', assumeDone, assumeNotDone, ...given({ run: args[0] }) },
        running,
      );
    }),
};
