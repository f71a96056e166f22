import type { CommandSpec } from './command.ts';

/** A place in the command tree: what help needs, and how to get the rest. */
export interface CommandEntry {
  readonly path: readonly string[];
  readonly summary: string;
  readonly group: 'start' | 'deploy' | 'look' | 'environments' | 'repair' | 'tools';
  load(): Promise<CommandSpec>;
}

type Loaded = { readonly spec: CommandSpec };

const entry = (
  group: CommandEntry['group'],
  words: string,
  summary: string,
  load: () => Promise<Loaded>,
): CommandEntry => ({ group, path: words.split(' '), summary, load: async () => (await load()).spec });

/** What a line without a command, and one with `-h`, asks for. */
export const HELP: CommandEntry = entry(
  'tools',
  'help',
  'Show help for a command or a topic',
  () => import('./commands/help.ts'),
);

/** Every command; the words are the path of its file below `commands/`. Only the one that is called is loaded. */
export const COMMANDS: readonly CommandEntry[] = [
  entry('start', 'init', 'Write a config for this folder', () => import('./commands/init.ts')),
  entry(
    'start',
    'validate',
    'Check config, references, variables and driver options',
    () => import('./commands/validate.ts'),
  ),
  entry('start', 'doctor', 'Check tools, credentials and reachability', () => import('./commands/doctor.ts')),
  entry('deploy', 'plan', 'Show every step a deploy would take, and why', () => import('./commands/plan.ts')),
  entry('deploy', 'deploy', 'Plan, confirm and run', () => import('./commands/deploy.ts')),
  entry('deploy', 'redeploy', 'Place the running version again', () => import('./commands/redeploy.ts')),
  entry(
    'deploy',
    'rollback',
    'Go back to an earlier version and its configuration',
    () => import('./commands/rollback.ts'),
  ),
  entry('deploy', 'canary status', 'Show the canary under way', () => import('./commands/canary/status.ts')),
  entry('deploy', 'canary promote', 'Give the canary all traffic', () => import('./commands/canary/promote.ts')),
  entry('deploy', 'canary abort', 'Take the canary back', () => import('./commands/canary/abort.ts')),
  entry(
    'deploy',
    'migrate status',
    'Show applied and pending migrations',
    () => import('./commands/migrate/status.ts'),
  ),
  entry(
    'deploy',
    'migrate run',
    'Apply pending migrations, manual ones too',
    () => import('./commands/migrate/run.ts'),
  ),
  entry(
    'deploy',
    'migrate resolve',
    'Put the ledger right after a crash',
    () => import('./commands/migrate/resolve.ts'),
  ),
  entry('environments', 'env list', 'List environments', () => import('./commands/env/list.ts')),
  entry('environments', 'env show', 'Show one environment', () => import('./commands/env/show.ts')),
  entry('environments', 'env create', 'Make an environment from another', () => import('./commands/env/create.ts')),
  entry('environments', 'env diff', 'Compare two environments', () => import('./commands/env/diff.ts')),
  entry(
    'environments',
    'env promote',
    'Deploy what runs in one environment to another',
    () => import('./commands/env/promote.ts'),
  ),
  entry('environments', 'env set', 'Set variables, secret references or flags', () => import('./commands/env/set.ts')),
  entry(
    'environments',
    'env unset',
    'Take variables, secret references or flags away',
    () => import('./commands/env/unset.ts'),
  ),
  entry(
    'environments',
    'env check',
    'Check that every needed variable has a value',
    () => import('./commands/env/check.ts'),
  ),
  entry('environments', 'env fill', 'Ask for values that are missing', () => import('./commands/env/fill.ts')),
  entry('environments', 'env generate', 'Make a secret and store it', () => import('./commands/env/generate.ts')),
  entry(
    'environments',
    'env template',
    'Write a .env.example of what is needed',
    () => import('./commands/env/template.ts'),
  ),
  entry('environments', 'env import', 'Take the values of a dotenv file in', () => import('./commands/env/import.ts')),
  entry('environments', 'env export', 'Write the values as a dotenv file', () => import('./commands/env/export.ts')),
  entry('environments', 'env copy', 'Copy settings between environments', () => import('./commands/env/copy.ts')),
  entry(
    'environments',
    'env drift',
    'Compare variables with what runs and with platforms',
    () => import('./commands/env/drift.ts'),
  ),
  entry('environments', 'env prune', 'Remove environments that have expired', () => import('./commands/env/prune.ts')),
  entry(
    'environments',
    'env destroy',
    'Remove an environment from its platforms',
    () => import('./commands/env/destroy.ts'),
  ),
  entry('look', 'status', 'Show what runs where', () => import('./commands/status.ts')),
  entry('look', 'logs', 'Show what services print', () => import('./commands/logs.ts')),
  entry('look', 'exec', 'Run a command in what a service runs', () => import('./commands/exec.ts')),
  entry('look', 'open', 'Print, and on a terminal open, the URL', () => import('./commands/open.ts')),
  entry('look', 'versions', 'List versions', () => import('./commands/versions.ts')),
  entry('look', 'version show', 'Show one version', () => import('./commands/version/show.ts')),
  entry('look', 'runs', 'List runs', () => import('./commands/runs.ts')),
  entry('look', 'run show', 'Show one run', () => import('./commands/run/show.ts')),
  entry('look', 'audit', 'Show who did what, when', () => import('./commands/audit.ts')),
  entry('repair', 'resume', 'Finish a run that was cut off', () => import('./commands/resume.ts')),
  entry('repair', 'state show', 'Show the state and who holds its locks', () => import('./commands/state/show.ts')),
  entry('repair', 'state unlock', 'Free a lock by its id', () => import('./commands/state/unlock.ts')),
  entry(
    'repair',
    'state verify',
    'Check state, versions, audit log and locks',
    () => import('./commands/state/verify.ts'),
  ),
  entry(
    'tools',
    'local status',
    'Show the local gateway and its processes',
    () => import('./commands/local/status.ts'),
  ),
  entry('tools', 'local stop', 'Stop the local gateway and its services', () => import('./commands/local/stop.ts')),
  entry('tools', 'aws policy', 'Print the rights that deploys to AWS need', () => import('./commands/aws/policy.ts')),
  entry('tools', 'config get', 'Show a value and where it came from', () => import('./commands/config/get.ts')),
  entry('tools', 'schema', 'Print the JSON Schema of the config or of outputs', () => import('./commands/schema.ts')),
  entry('tools', 'completion', 'Print a completion script for a shell', () => import('./commands/completion.ts')),
  HELP,
];

export const GROUP_TITLES: Readonly<Record<CommandEntry['group'], string>> = {
  start: 'Start',
  deploy: 'Deploy',
  environments: 'Environments',
  look: 'Look',
  repair: 'Repair',
  tools: 'Tools',
};

/** The entry whose path the words begin with, longest first; `group` when the words only name a group such as `env`. */
export function findCommand(words: readonly string[]): { entry?: CommandEntry; group?: string } {
  const [first, second] = words;
  const two = COMMANDS.find(({ path }) => path.length === 2 && path[0] === first && path[1] === second);
  if (two) return { entry: two };
  const one = COMMANDS.find(({ path }) => path.length === 1 && path[0] === first);
  if (one) return { entry: one };
  return first && COMMANDS.some(({ path }) => path[0] === first) ? { group: first } : {};
}
