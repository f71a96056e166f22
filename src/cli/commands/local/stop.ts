import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description: 'Stops the local gateway of this project and its services. A later deploy brings them back.',
  examples: ['deployer local stop'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { localStop } = await workspace.runtime.localControl(workspace.folder);
    const { stopped } = await localStop();
    return {
      document: { status: 'success', stopped },
      text: () => (stopped ? 'The local gateway and its services are stopped' : 'The local gateway was not running'),
    };
  },
};
