import type { Finding } from '../../../core/finding.ts';
import { count, list } from '../../../core/text.ts';
import { findingText } from '../../../report/failure.ts';
import type { CommandSpec, Invocation } from '../../command.ts';
import { chooseEnvironment, insist, openProject } from '../../project.ts';
import { keysOf, stepsText } from '../../settings-steps.ts';
import { given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-import'],
  description:
    'Takes the values of a dotenv file into an environment: what is a secret, by what is known of the variable, its name or its form, goes to a store and is referred to; the rest becomes variables. It shows what would change and asks.',
  arguments: [{ name: 'file', description: 'dotenv file, - for stdin' }],
  options: [
    {
      flags: '--to <place>',
      description:
        'where secrets go, such as dotenv:FILE, vault:STORE/PATH, aws-ssm:/PATH/{KEY} (default: where each lies, or beside the others, or dotenv:.env.<environment>)',
    },
    { flags: '--keys <names>', description: 'only these, with commas between' },
  ],
  examples: [
    'deployer env import .env.old --env staging',
    'deployer env import .env.old --to vault:kv/shop --keys DATABASE_URL,REDIS_URL',
  ],
  async run(invocation) {
    const { options } = invocation;
    const workspace = await openProject(invocation);
    const [{ planImport, carryOutImport }, { readDotenv }] = await Promise.all([
      import('../../../workflows/import-variables.ts'),
      import('../../../workflows/read-dotenv.ts'),
    ]);
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const { text, warnings } = await source(invocation, readDotenv);
    const plan = await planImport(workspace, {
      env,
      text,
      ...given({ to: textOf(options, 'to'), keys: keysOf(textOf(options, 'keys')) }),
    });
    const said = [...warnings, ...plan.warnings];
    for (const warning of said) invocation.note(findingText(warning));
    if (plan.placements.length > 0)
      await insist(invocation, {
        text: `Set this in ${plan.environment.name}?`,
        flag: '--yes',
        about: (style) => stepsText(plan.steps, style),
      });
    const { revision, changed } = await carryOutImport(workspace, plan);
    if (plan.empty.length > 0) invocation.note(`left out, without a value: ${list(plan.empty)}`);
    const { steps, empty } = plan;
    return {
      document: { status: 'success', env: plan.environment.name, revision, changed, steps, empty, warnings: said },
      text: () =>
        changed
          ? `Set ${count(plan.placements.length, 'value')} in ${plan.environment.name}; it takes effect with: deployer deploy --env ${plan.environment.name}`
          : `Nothing to change: ${plan.environment.name} has all of it`,
    };
  },
};

type Read = (cwd: string, file: string) => Promise<{ text: string; warnings: readonly Finding[] }>;

async function source({ args, globals }: Invocation, read: Read) {
  const [file = ''] = args;
  if (file !== '-') return read(globals.cwd, file);
  return { text: await (await import('../../stdin.ts')).readStdin('dotenv file'), warnings: [] };
}
