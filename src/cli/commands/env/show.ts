import type { Style } from '../../../report/style.ts';
import { facts, table } from '../../../report/table.ts';
import type { EnvironmentDetail } from '../../../workflows/environments.ts';
import type { CommandSpec } from '../../command.ts';
import { namedEnvironment, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['env-show'],
  arguments: [{ name: '[environment]', description: 'environment (default: --env)', completes: 'environments' }],
  examples: ['deployer env show production', 'deployer env show --env staging --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { showEnvironment } = await import('../../../workflows/environments.ts');
    const environment = await showEnvironment(workspace, await namedEnvironment(invocation, workspace));
    return {
      document: { ...environment },
      text: (style) =>
        [summaryOf(environment, style), servicesOf(environment, style), settingsOf(environment, style)]
          .filter(Boolean)
          .join('\n\n'),
    };
  },
};

function summaryOf(environment: EnvironmentDetail, style: Style): string {
  const { name, mode, template, expires_at, version_name, version_id, deployed_at, promote_from, revisions } =
    environment;
  return facts(
    [
      ['environment', name],
      ['mode', mode],
      ['made from', template],
      ['expires', expires_at],
      ['version', version_name ?? version_id],
      ['deployed', deployed_at],
      ['takes versions from', promote_from.join(', ')],
      ['revision', revisions ? String(revisions) : undefined],
    ],
    style,
  );
}

function servicesOf({ services }: EnvironmentDetail, style: Style): string {
  const rows = Object.entries(services).map(([name, { driver, artifact, url }]) => [
    name,
    driver,
    artifact?.slice(0, 'sha256:'.length + 12) ?? '-',
    url ?? '-',
  ]);
  return table(['service', 'driver', 'artifact', 'url'], rows, style);
}

/** A secret is shown as its reference. */
function settingsOf({ configuration: { variables, secrets, flags } }: EnvironmentDetail, style: Style): string {
  const rowsOf = (kind: string, values: object) =>
    Object.entries(values).map(([name, value]) => [kind, name, String(value)]);
  const rows = [...rowsOf('variable', variables), ...rowsOf('secret', secrets), ...rowsOf('flag', flags)];
  return table(['kind', 'name', 'value'], rows, style);
}
