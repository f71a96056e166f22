import { EXIT } from '../../core/error-codes.ts';
import { findingText } from '../../report/failure.ts';
import { table } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { openProject } from '../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Checks tools, credentials, platforms and databases of every environment, or of one.',
  examples: ['deployer doctor', 'deployer doctor --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { examine } = await import('../../workflows/doctor.ts');
    const { env } = invocation.globals;
    const { checks, findings } = await examine(workspace, env ? { env } : {});
    const bad = findings.find(({ level }) => level === 'error');
    return {
      document: { status: bad ? 'unwell' : 'well', checks, findings },
      text: (style) =>
        [
          table(
            ['check', 'result'],
            checks.map(({ name, result }) => [name, result]),
          ),
          ...findings.map((finding) => findingText(finding, style)),
        ].join('\n'),
      exit: bad
        ? bad.code === 'AUTH_FAILED' || bad.code === 'INSUFFICIENT_PERMISSIONS'
          ? EXIT.auth
          : EXIT.failed
        : EXIT.done,
    };
  },
};
