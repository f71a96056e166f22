import { facts, table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  arguments: [{ name: 'version', description: 'id or name' }],
  examples: ['deployer version show v3.2'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const version = await workspace.state.versions.get(invocation.args[0] ?? '');
    const services = Object.entries(version.services).map(([name, { driver, artifact }]) => [
      name,
      driver,
      artifact.digest,
      artifact.size === undefined ? '-' : `${artifact.size} bytes`,
    ]);
    return {
      document: { ...version },
      text: () =>
        [
          facts([
            ['version', version.id],
            ['name', version.name],
            ['created', version.created_at],
            ['built in', version.built_in],
            ['run', version.run_id],
            ['commit', version.source?.commit],
            ['variables', version.variables.join(', ')],
            ...Object.entries(version.migrations).map(
              ([name, files]) => [`schema of ${name}`, files.at(-1)?.id ?? 'none'] as const,
            ),
          ]),
          table(['service', 'driver', 'artifact', 'size'], services),
        ].join('\n\n'),
    };
  },
};
