import { EXIT } from '../../core/error-codes.ts';
import type { Plan } from '../../core/plan.ts';
import type { CommandResult, CommandSpec, Invocation } from '../command.ts';
import { chooseEnvironment, openProject } from '../project.ts';
import { CANARY_OPTION, FORCE_OPTION, SERVICE_OPTION, wishesOf } from '../run-options.ts';
import { flagOf, textOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'plan',
  outputs: ['plan'],
  description: 'Shows every step a deploy would take, and why. Changes nothing, writes nothing, takes no lock.',
  options: [
    SERVICE_OPTION,
    CANARY_OPTION,
    { flags: '--out <file>', description: 'save the plan for deploy --plan; - is stdout', type: 'file' },
    { flags: '--format <form>', description: 'how to print it', choices: ['text', 'json', 'markdown', 'mermaid'] },
    { flags: '--detailed-exitcode', description: 'exit 8 when there is something to do' },
    FORCE_OPTION,
  ],
  examples: [
    'deployer plan',
    'deployer plan --env production --format markdown',
    'deployer plan --env staging --out plan.json',
  ],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { planDeployment } = await import('../../workflows/plan-deployment.ts');
    const { refuseErrors } = await import('../../workflows/refuse.ts');
    const { options } = invocation;
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const { plan, observation, errors } = await planDeployment(workspace, { env, ...wishesOf(options) });
    refuseErrors([...observation.snapshot.findings, ...errors]);
    const differs = plan.operations.length > 0 && flagOf(options, 'detailedExitcode');
    return { ...(await show(invocation, plan)), exit: differs ? EXIT.changes : EXIT.done };
  },
};

async function show({ options, globals }: Invocation, plan: Plan): Promise<CommandResult> {
  const out = textOf(options, 'out');
  if (out !== undefined && out !== '-')
    await (await import('../saved-plan.ts')).savePlan(plan, { cwd: globals.cwd, file: out });
  const markdown = async () => (await import('../../report/plan/markdown.ts')).planMarkdown(plan);
  const common = { document: { ...plan }, markdown };
  switch (out === '-' ? 'json' : textOf(options, 'format')) {
    case 'json':
      return { ...common, raw: (await import('../../report/plan/json.ts')).planJson(plan) };
    case 'markdown':
      return { ...common, raw: await markdown() };
    case 'mermaid':
      return { ...common, raw: (await import('../../report/plan/mermaid.ts')).planMermaid(plan) };
    default: {
      const { planText } = await import('../../report/plan/text.ts');
      return { ...common, text: (style) => planText(plan, { style, verbose: globals.verbose }) };
    }
  }
}
