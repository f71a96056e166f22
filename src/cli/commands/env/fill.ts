import { DeployerError, type Failure } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import { list } from '../../../core/text.ts';
import { findingText } from '../../../report/failure.ts';
import type { Filling, Gap } from '../../../workflows/fill.ts';
import type { CommandResult, CommandSpec, Invocation } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { canAsk } from '../../terminal.ts';
import { flagOf, given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-fill'],
  description:
    'Asks for every needed variable that has no value, or a wrong one, and stores each answer at once: secrets in a store, with a reference in the environment, others as variables. What stdin gives is stored all together or not at all.',
  options: [
    {
      flags: '--to <place>',
      description:
        'where secrets go, such as dotenv:FILE, vault:STORE/PATH, aws-ssm:/PATH/{KEY} (default: where each lies, or beside the others, or dotenv:.env.<environment>)',
    },
    { flags: '--only <which>', description: 'missing: leave wrong values alone', choices: ['missing'] },
    { flags: '--stdin', description: 'take KEY=value lines from stdin instead of asking' },
    { flags: '--overwrite', description: 'with --stdin: replace values that are there and right' },
  ],
  examples: [
    'deployer env fill --env production',
    'deployer env fill --env production --to vault:kv/shop',
    'deployer env fill --env staging --stdin',
  ],
  async run(invocation) {
    const { options } = invocation;
    const workspace = await openProject(invocation);
    const { openFilling } = await import('../../../workflows/fill.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const only = textOf(options, 'only') === 'missing' ? 'missing' : 'missing and invalid';
    const filling = await openFilling(workspace, { env, only, ...given({ to: textOf(options, 'to') }) });
    for (const warning of filling.warnings) invocation.note(findingText(warning));
    const filled = flagOf(options, 'stdin')
      ? await fromStdin(invocation, filling)
      : await fromTerminal(invocation, filling);
    return resultOf(filling, filled);
  },
};

async function fromStdin(invocation: Invocation, filling: Filling): Promise<readonly string[]> {
  const [{ readStdin }, { acceptedValues }, { tellDoubts }, { parseEnv }] = await Promise.all([
    import('../../stdin.ts'),
    import('../../../workflows/fill.ts'),
    import('../../fill-questions.ts'),
    import('node:util'),
  ]);
  const given = parseEnv(await readStdin('values')) as Record<string, string>;
  const accepted = acceptedValues(filling, given, flagOf(invocation.options, 'overwrite') ? 'overwrite' : 'keep');
  if (Object.keys(accepted).length > 0) await filling.store(accepted);
  tellDoubts(invocation, filling, accepted);
  return Object.keys(accepted);
}

async function fromTerminal(invocation: Invocation, filling: Filling): Promise<readonly string[]> {
  if (filling.gaps.length === 0) return [];
  if (!canAsk(invocation.globals)) throw nobodyToAsk(filling);
  return (await import('../../fill-questions.ts')).askForGaps(invocation, filling);
}

/** Names all that is missing, so that it can be piped in. */
function nobodyToAsk({ gaps, environment }: Filling): DeployerError {
  return new DeployerError({
    code: 'CONFIRMATION_NEEDED',
    reason: `${list(gaps.map(({ spec }) => spec.key))} of ${environment.name} ${gaps.length === 1 ? 'has' : 'have'} to be given, and there is no terminal to ask on`,
    fix: `Give KEY=value lines on stdin: deployer env fill --env ${environment.name} --stdin`,
    stage: 'usage',
    findings: gaps.map(gapFinding),
  });
}

function gapFinding({ spec: { key, description }, evidence, flaw }: Gap): Finding {
  return {
    level: 'error',
    code: flaw ? 'INVALID_ENV' : 'MISSING_ENV',
    message: flaw ? `${key} ${flaw.what}` : `Missing ENV: ${key}${description ? ` (${description})` : ''}`,
    key,
    evidence,
  };
}

function resultOf({ environment, gaps }: Filling, filled: readonly string[]): CommandResult {
  const left = gaps.filter(({ spec }) => !filled.includes(spec.key));
  const document = {
    env: environment.name,
    changed: filled.length > 0,
    filled,
    left: left.map(({ spec }) => spec.key),
  };
  const sentence = `${list(filled)} ${filled.length === 1 ? 'has its value' : 'have their values'} now`;
  const failureText = () => (filled.length > 0 ? sentence : '');
  if (left.length > 0) return { document, failure: incomplete(environment.name, left), failureText };
  return {
    document: { status: 'success', ...document },
    text: () =>
      filled.length > 0
        ? `${sentence}; it takes effect with: deployer deploy --env ${environment.name}`
        : `${environment.name} has everything its services need`,
  };
}

function incomplete(env: string, left: readonly Gap[]): Failure {
  const names = list(left.map(({ spec }) => spec.key));
  return {
    code: left.every(({ flaw }) => flaw) ? 'INVALID_ENV' : 'MISSING_ENV',
    reason: `${names} of ${env} ${left.length === 1 ? 'has' : 'have'} still no right value`,
    stage: 'env_setup',
    fix: `Run it again: deployer env fill --env ${env}`,
    findings: left.map(gapFinding),
  };
}
