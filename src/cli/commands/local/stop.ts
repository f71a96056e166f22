import { join } from 'node:path';
import { count } from '../../../core/text.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';
import { flagOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['local-stop'],
  description: 'Stops the local gateway of this project and its services. A later deploy brings them back.',
  options: [{ flags: '--keep-services', description: 'stop the gateway only; services go on, on their private ports' }],
  examples: ['deployer local stop'],
  async run(invocation) {
    const { folder } = await openProject(invocation);
    const { localStop } = await import('../../../drivers/local/control.ts');
    const services = flagOf(invocation.options, 'keepServices') ? 'keep' : 'stop';
    const { was_running, services: stopped } = await localStop(join(folder, 'local'), { services });
    const sentence = was_running
      ? `The local gateway is stopped, and ${count(stopped, 'service')} with it`
      : 'The local gateway was not running';
    return { document: { status: 'success', was_running, stopped_services: stopped }, text: () => sentence };
  },
};
