import { EXIT } from '../../../core/error-codes.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { flagOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['env-drift'],
  description:
    'Compares the variables that services should have with what their releases were given and what their platforms keep: by names, versions and keyed digests, never by showing a value. Says which command brings them there.',
  options: [{ flags: '--detailed-exitcode', description: 'exit 8 when something differs, or could not be compared' }],
  examples: ['deployer env drift --env production', 'deployer env drift --env staging --json --detailed-exitcode'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { readDrift } = await import('../../../workflows/env-drift.ts');
    const { name } = await chooseEnvironment(invocation, workspace);
    const drift = await readDrift(workspace, name);
    const { driftText } = await import('../../../report/drift.ts');
    const differs = drift.drift && flagOf(invocation.options, 'detailedExitcode');
    return {
      document: { ...drift },
      text: (style) => driftText(drift, style),
      exit: differs ? EXIT.changes : EXIT.done,
    };
  },
};
