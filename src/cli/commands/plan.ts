import { EXIT } from '../../core/error-codes.ts';
import type { Plan } from '../../core/plan.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { chooseEnvironment, flagOption, listOption, openProject, positive, textOption } from '../project.ts';
import { FORCE_OPTION, SERVICE_OPTION } from '../run-options.ts';

export const spec: CommandSpec = {
  effect: 'plan',
  description: 'Shows every step a deploy would take, and why. Changes nothing, writes nothing, takes no lock.',
  options: [
    SERVICE_OPTION,
    { flags: '--canary <percent>', description: 'plan a canary with this share' },
    { flags: '--out <file>', description: 'save the plan for deploy --plan' },
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
    const services = listOption(options, 'service');
    const { plan, observation, errors } = await planDeployment(workspace, {
      env: (await chooseEnvironment(invocation, workspace)).name,
      ...(services.length ? { services } : {}),
      ...(options.canary === undefined ? {} : { canaryPercent: positive(options.canary, '--canary') }),
      ...(flagOption(options, 'force') ? { force: true } : {}),
    });
    refuseErrors([...observation.snapshot.findings, ...errors]);
    const out = textOption(options, 'out');
    if (out) await save(invocation, plan, out);
    const changes = plan.operations.length > 0;
    return {
      ...(await rendered(invocation, plan)),
      exit: flagOption(options, 'detailedExitcode') && changes ? EXIT.changes : EXIT.done,
    };
  },
};

async function rendered({ options, globals }: Invocation, plan: Plan) {
  const document = { ...plan };
  switch (textOption(options, 'format')) {
    case 'json':
      return { raw: `${JSON.stringify(document, null, 2)}\n`, document };
    case 'markdown':
      return { raw: (await import('../../report/plan/markdown.ts')).planMarkdown(plan), document };
    case 'mermaid':
      return { raw: (await import('../../report/plan/mermaid.ts')).planMermaid(plan), document };
    default: {
      const { planText } = await import('../../report/plan/text.ts');
      return {
        document,
        text: (style: Parameters<NonNullable<import('../command.ts').CommandResult['text']>>[0]) =>
          planText(plan, { style, verbose: globals.verbose }),
      };
    }
  }
}

async function save({ globals }: Invocation, plan: Plan, file: string): Promise<void> {
  const [{ writeFile }, { resolve }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  await writeFile(resolve(globals.cwd, file), `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
}
