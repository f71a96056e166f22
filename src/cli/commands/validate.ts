import { shownPath } from '../../report/failure.ts';
import type { CommandSpec } from '../command.ts';
import { findingsResult } from '../findings-result.ts';
import { openProject } from '../project.ts';
import { given } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['validate'],
  description:
    'Checks config, references, variables and driver options. No network. With --env: that environment’s variables too.',
  arguments: [{ name: '[file]', description: 'config file (default: --config); - is stdin' }],
  examples: ['deployer validate', 'deployer validate --env production'],
  async run(invocation) {
    const { args, globals } = invocation;
    const [config = globals.config] = args;
    const workspace = await openProject({ ...invocation, globals: { ...globals, ...given({ config }) } });
    const { validateProject } = await import('../../workflows/validate.ts');
    const { file, environments } = workspace.config;
    return findingsResult({
      findings: await validateProject(workspace, given({ env: globals.env })),
      status: 'valid',
      document: { file, environments: Object.keys(environments) },
      sentence: `${shownPath(file)} is valid`,
    });
  },
};
