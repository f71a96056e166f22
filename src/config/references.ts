import type { SoundConfig } from './effective.ts';
import type { Problems } from './problems.ts';
import type { Vocabulary } from './rules/rule.ts';

/** References are whole, so that no deploy finds out. Those of an unknown provider have a problem of their own. */
export async function checkReferences(config: SoundConfig, known: Vocabulary, problems: Problems): Promise<void> {
  if (!known.reference) return;
  const commands = Object.keys(config.secret_commands ?? {});
  for (const [name, { secrets = {} }] of Object.entries(config.environments ?? {})) {
    for (const [variable, reference] of Object.entries(secrets)) {
      const path = ['environments', name, 'secrets', variable];
      if (problems.touches(path)) continue;
      const problem = await known.reference(reference, commands);
      if (problem) problems.add({ path, ...problem });
    }
  }
}
