import { mayRead, outsideOf } from '../core/secret-paths.ts';
import { referencesIn } from '../core/secret-text.ts';
import type { SoundConfig } from './effective.ts';
import type { Path, Problems } from './problems.ts';
import type { Vocabulary } from './rules/rule.ts';
import type { WrittenEnvironment } from './schema/project.ts';

/**
 * References are whole and lead to where the environment may read, so that no deploy finds out. Those of an unknown provider
 * have a problem of their own.
 */
export async function checkReferences(config: SoundConfig, known: Vocabulary, problems: Problems): Promise<void> {
  if (!known.reference) return;
  const commands = Object.keys(config.secret_commands ?? {});
  for (const [name, environment] of Object.entries(config.environments ?? {})) {
    for (const { path, reference } of referencesOf(name, environment)) {
      if (problems.touches(path)) continue;
      const problem =
        (await known.reference(reference, commands)) ?? problemOutside(name, environment, reference, problems);
      if (problem) problems.add({ path, ...problem });
    }
  }
}

function referencesOf(name: string, { secrets = {}, variables = {} }: WrittenEnvironment) {
  const mixed = Object.entries(variables).flatMap(([variable, text]) =>
    referencesIn(String(text)).map((reference) => [variable, reference] as const),
  );
  const at =
    (section: string) =>
    ([variable, reference]: readonly [string, string]) => ({
      path: ['environments', name, section, variable],
      reference,
    });
  return [...Object.entries(secrets).map(at('secrets')), ...mixed.map(at('variables'))];
}

/** Not judged by a list that is wrong itself. */
function problemOutside(name: string, { secret_paths }: WrittenEnvironment, reference: string, problems: Problems) {
  if (problems.touches(['environments', name, 'secret_paths']) || mayRead(secret_paths, reference)) return undefined;
  return outsideOf(name, reference);
}

/** Whoever checks a reference of a service's options: it counts for each environment that has the service so. */
export function checkOutside(
  config: SoundConfig,
  environments: readonly string[],
  { path, reference, problems }: { readonly path: Path; readonly reference: string; readonly problems: Problems },
): void {
  for (const name of environments) {
    const outside = problemOutside(name, config.environments?.[name] as WrittenEnvironment, reference, problems);
    if (outside) problems.add({ path, ...outside });
  }
}
