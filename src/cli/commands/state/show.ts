import type { LockRecord, StateDocument } from '../../../core/state.ts';
import { facts, table } from '../../../report/table.ts';
import type { State } from '../../../state/state.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['state-show'],
  examples: ['deployer state show', 'deployer state show --json'],
  async run(invocation) {
    const { state } = await openProject(invocation);
    const { document, skipped } = await state.read();
    const locks = await locksOf(state, document);
    const { lineage, serial, written_at, environments } = document;
    const rows = Object.values(environments).map(({ name, current, deployments, active_run }) => [
      name,
      String(Object.keys(current).length),
      deployments.at(-1)?.version_id ?? '-',
      active_run ?? '-',
    ]);
    const lockRows = locks.map(({ environment, who, host, command, started_at, id }) => [
      environment,
      who,
      host,
      command,
      started_at,
      id,
    ]);
    return {
      document: { state: document, locks, skipped },
      text: (style) =>
        [
          facts(
            [
              ['lineage', lineage],
              ['serial', String(serial)],
              ['written', written_at],
            ],
            style,
          ),
          table(['environment', 'services', 'version', 'run under way'], rows, style),
          table(['locked', 'by', 'on', 'for', 'since', 'id'], lockRows, style),
        ]
          .filter(Boolean)
          .join('\n\n'),
    };
  },
};

async function locksOf(state: State, { environments }: StateDocument) {
  const held = await Promise.all(
    Object.keys(environments).map(async (environment) => ({ environment, holder: await state.holder(environment) })),
  );
  return held.flatMap(({ environment, holder }) =>
    holder ? [{ environment, condition: holder.condition, ...shown(holder.record) }] : [],
  );
}

function shown({ id, who, host, command, started_at }: LockRecord) {
  return { id, who, host, command, started_at };
}
