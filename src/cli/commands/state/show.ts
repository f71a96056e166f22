import type { LockRecord } from '../../../core/state.ts';
import { facts, table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  examples: ['deployer state show', 'deployer state show --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { document, skipped } = await workspace.state.read();
    const environments = Object.values(document.environments);
    const held = await Promise.all(
      environments.map(async ({ name }) => [name, await workspace.state.holder(name)] as const),
    );
    const locks = held.flatMap(([environment, record]) =>
      record ? [{ environment, condition: record.condition, ...shown(record.record) }] : [],
    );
    return {
      document: { state: document, locks, skipped },
      text: () =>
        [
          facts([
            ['lineage', document.lineage],
            ['serial', String(document.serial)],
            ['written', document.written_at],
          ]),
          table(
            ['environment', 'services', 'version', 'run under way'],
            environments.map(({ name, current, deployments, active_run }) => [
              name,
              String(Object.keys(current).length),
              deployments.at(-1)?.version_id ?? '-',
              active_run ?? '-',
            ]),
          ),
          table(
            ['locked', 'by', 'on', 'for', 'since', 'id'],
            locks.map(({ environment, who, host, command, started_at, id }) => [
              environment,
              who,
              host,
              command,
              started_at,
              id,
            ]),
          ),
        ]
          .filter(Boolean)
          .join('\n\n'),
    };
  },
};

function shown({ id, who, host, command, started_at }: LockRecord) {
  return { id, who, host, command, started_at };
}
