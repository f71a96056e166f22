import type { SecretFormat } from '../../../variables/made-up.ts';
import type { CommandResult, CommandSpec, Invocation } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { usage } from '../../usage.ts';
import { flagOf, given, numberOf, textOf } from '../../values.ts';

const FORMATS: readonly SecretFormat[] = ['base64', 'base64url', 'hex', 'uuid', 'password'];

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-generate'],
  description:
    'Makes a secret of the kind and strength that its name asks for, puts it into a store and lets the environment refer to it. It is shown to nobody. A value that is there is kept.',
  arguments: [{ name: 'key', description: 'variable that it is for', completes: 'variables' }],
  options: [
    {
      flags: '--to <place>',
      description:
        'where it goes, such as dotenv:FILE, vault:STORE/PATH, aws-ssm:/PATH/{KEY} (default: where it lies, or beside the others, or dotenv:.env.<environment>)',
    },
    { flags: '--format <format>', description: 'form of it (default: by its name)', choices: FORMATS },
    { flags: '--length <n>', description: 'random bytes; of a password characters', type: 'count' },
    { flags: '--overwrite', description: 'replace the value there is' },
    { flags: '--print', description: 'print it on stdout, and store nothing' },
  ],
  examples: [
    'deployer env generate NEXTAUTH_SECRET --env production',
    'deployer env generate DB_PASSWORD --env staging --to vault:kv/shop --length 40',
    'deployer env generate APP_KEY --print',
  ],
  async run(invocation) {
    const { options, args } = invocation;
    const [key = ''] = args;
    const format = FORMATS.find((one) => one === textOf(options, 'format'));
    const wish: Wish = { key, ...given({ format, size: numberOf(options, 'length') }) };
    return flagOf(options, 'print') ? print(invocation, wish) : store(invocation, wish);
  },
};

interface Wish {
  readonly key: string;
  readonly format?: SecretFormat;
  readonly size?: number;
}

async function print({ options, runtime }: Invocation, wish: Wish): Promise<CommandResult> {
  if (textOf(options, 'to') !== undefined)
    throw usage('--print and --to exclude each other', 'Print it, or store it where nobody sees it');
  const { generateSecret } = await import('../../../workflows/generate-secret.ts');
  const { value, recipe } = generateSecret(await runtime(), wish);
  return {
    document: { status: 'success', key: wish.key, format: recipe.format, value: value.reveal() },
    raw: `${value.reveal()}\n`,
  };
}

async function store(invocation: Invocation, wish: Wish): Promise<CommandResult> {
  const { options } = invocation;
  const workspace = await openProject(invocation);
  const { storeGenerated } = await import('../../../workflows/generate-secret.ts');
  const stored = await storeGenerated(workspace, {
    ...wish,
    ...given({ to: textOf(options, 'to') }),
    env: (await chooseEnvironment(invocation, workspace)).name,
    existing: flagOf(options, 'overwrite') ? 'overwrite' : 'keep',
  });
  const { key, env, reference, revision, changed, recipe } = stored;
  return {
    document: { status: 'success', key, format: recipe.format, env, reference, revision, changed },
    text: () => `${key} of ${env} is made and lies at ${reference}; it takes effect with: deployer deploy --env ${env}`,
  };
}
