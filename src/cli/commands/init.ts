import { list } from '../../core/text.ts';
import { facts } from '../../report/table.ts';
import type { CommandSpec } from '../command.ts';
import { flagOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['init'],
  description: 'Looks at the folder and writes a deploy.config.yaml that validates. Never overwrites.',
  options: [{ flags: '--print', description: 'print it instead of writing it' }],
  examples: ['deployer init', 'deployer init --print'],
  async run({ options, globals }) {
    const [{ initProject }, { neededVariables }] = await Promise.all([
      import('../../workflows/init.ts'),
      import('../../config/render.ts'),
    ]);
    const mode = flagOf(options, 'print') ? 'print' : 'write';
    const { file, text, draft } = await initProject({ cwd: globals.cwd, mode });
    if (mode === 'print') return { raw: text, document: { file, text, draft } };
    return {
      document: { status: 'success', file, draft },
      text: (style) =>
        facts(
          [
            ['written', file],
            ...draft.services.map(({ name, framework, path }) => [name, `${framework} in ${path}`] as const),
            ['next', nextSteps(neededVariables(draft))],
          ],
          style,
        ),
    };
  },
};

function nextSteps(needed: readonly string[]): string {
  return `${needed.length > 0 ? `set ${list(needed)}, then ` : ''}deployer validate, then deployer deploy`;
}
