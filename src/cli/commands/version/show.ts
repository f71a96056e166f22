import type { Version } from '../../../core/state.ts';
import type { Style } from '../../../report/style.ts';
import { facts, table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['version-show'],
  arguments: [{ name: 'version', description: 'id or name', completes: 'versions' }],
  examples: ['deployer version show v3.2'],
  async run(invocation) {
    const { state } = await openProject(invocation);
    const version = await state.versions.get(invocation.args[0] ?? '');
    return {
      document: { ...version },
      text: (style) => [summaryOf(version, style), servicesOf(version, style)].join('\n\n'),
    };
  },
};

function summaryOf(version: Version, style: Style): string {
  return facts(
    [
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
    ],
    style,
  );
}

function servicesOf({ services }: Version, style: Style): string {
  const rows = Object.entries(services).map(([name, { driver, artifact }]) => [
    name,
    driver,
    artifact.digest,
    artifact.size === undefined ? '-' : `${artifact.size} bytes`,
  ]);
  return table(['service', 'driver', 'artifact', 'size'], rows, style);
}
