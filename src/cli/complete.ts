import type { OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './globals.ts';
import { COMMANDS, findCommand } from './manifest.ts';

/**
 * What may follow the words typed so far; the last one is the one being typed. Never fails and never touches a network:
 * a shell must not print errors while somebody types.
 */
export async function completions(words: readonly string[]): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const candidates = (await valueCandidates(before)) ?? (await nameCandidates(before, typed));
  return [...new Set(candidates)].filter((candidate) => candidate.startsWith(typed)).sort();
}

/** Values for the option just typed, or for the arguments of commands that take environments and versions. */
async function valueCandidates(before: readonly string[]): Promise<readonly string[] | undefined> {
  const last = before.at(-1);
  if (last === '--env' || last === '--from') return known('environments');
  if (last === '--service') return known('services');
  if (last === '--to') return known('versions');
  const { entry } = findCommand(bareWords(before));
  const name = entry?.path.join(' ');
  if (name === 'env promote' || name === 'env diff' || name === 'env show' || name === 'env destroy')
    return known('environments');
  if (name === 'version show') return known('versions');
  return undefined;
}

async function nameCandidates(before: readonly string[], typed: string): Promise<readonly string[]> {
  const words = bareWords(before);
  const { entry } = findCommand(words);
  if (typed.startsWith('-')) return [...GLOBAL_OPTIONS, ...((await entry?.load())?.options ?? [])].flatMap(longFlags);
  if (entry) return [];
  return COMMANDS.filter(({ path }) => words.every((word, index) => path[index] === word)).flatMap(
    ({ path }) => path[words.length] ?? [],
  );
}

function longFlags({ flags }: OptionSpec): string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('--'));
}

function bareWords(words: readonly string[]): string[] {
  return words.filter((word) => !word.startsWith('-')).slice(0, 2);
}

async function known(kind: 'environments' | 'services' | 'versions'): Promise<readonly string[]> {
  try {
    const [{ createRuntime }, { openWorkspace }] = await Promise.all([
      import('../runtime.ts'),
      import('../workflows/workspace.ts'),
    ]);
    const workspace = await openWorkspace(createRuntime(), { cwd: process.cwd() });
    if (kind === 'versions')
      return (await workspace.state.versions.list({ limit: 50 })).versions.map(({ id, name }) => name ?? id);
    const environments = Object.values(workspace.config.environments);
    if (kind === 'services') return environments.flatMap(({ services }) => Object.keys(services));
    const { document } = await workspace.state.read();
    return [...environments.flatMap(({ name, aliases }) => [name, ...aliases]), ...Object.keys(document.environments)];
  } catch {
    return [];
  }
}
