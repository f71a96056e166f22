import { list } from '../../core/text.ts';
import type { Path } from '../problems.ts';
import type { Review } from './rule.ts';

/** Kinds of stores, engines and providers that are named are there. */
export function checkVocabulary(review: Review): void {
  const { config, known } = review;
  checkWord(review, config.state?.backend, known.backends, ['state', 'backend']);
  for (const [name, database] of Object.entries(config.databases ?? {})) {
    checkWord(review, database.migrations?.engine, known.engines, ['databases', name, 'migrations', 'engine']);
  }
  for (const [name, environment] of Object.entries(config.environments ?? {})) {
    const path = ['environments', name];
    for (const [database, { migrations }] of Object.entries(environment.databases ?? {})) {
      checkWord(review, migrations?.engine, known.engines, [...path, 'databases', database, 'migrations', 'engine']);
    }
    for (const [variable, reference] of Object.entries(environment.secrets ?? {})) {
      checkWord(review, reference.split(':', 1)[0], known.providers, [...path, 'secrets', variable]);
    }
    for (const [index, place] of (environment.secret_paths ?? []).entries()) {
      checkWord(review, place?.split(':', 1)[0], known.providers, [...path, 'secret_paths', index]);
    }
  }
}

/** The word itself is not shown: what stands before a colon under `secrets` may belong to a secret. */
function checkWord(
  { problems }: Review,
  word: string | undefined,
  known: readonly string[] | undefined,
  path: Path,
): void {
  if (word === undefined || !known || known.includes(word)) return;
  const isReference = path.includes('secrets') || path.includes('secret_paths');
  const expected = isReference
    ? `a reference that starts with ${list(known.map((name) => `${name}:`))}`
    : `one of ${list(known)}`;
  const message = isReference
    ? 'The secret is not a reference to a known provider'
    : `There is no ${String(path.at(-1))} of this name`;
  problems.add({ path, message, expected, ...problems.suggest(word, known) });
}
