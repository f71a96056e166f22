import { findCycles } from '../../core/cycles.ts';
import { list } from '../../core/text.ts';
import type { Review } from './rule.ts';

/** Names that lead to environments lead to one, and to one only. */
export function checkEnvironments(review: Review): void {
  checkAliases(review);
  checkPromotion(review);
  checkDefault(review);
}

function checkAliases({ config, problems }: Review): void {
  const owners = new Map(Object.keys(config.environments ?? {}).map((name) => [name, name]));
  for (const [name, environment] of Object.entries(config.environments ?? {})) {
    for (const [index, alias] of (environment.aliases ?? []).entries()) {
      if (alias === undefined) continue;
      const owner = owners.get(alias);
      if (owner === undefined) owners.set(alias, name);
      else {
        const message =
          owner === alias ? `"${alias}" is the name of an environment` : `"${alias}" already stands for ${owner}`;
        problems.add({ path: ['environments', name, 'aliases', index], message, fix: 'Choose another alias' });
      }
    }
  }
}

function checkPromotion({ config, problems }: Review): void {
  const names = Object.keys(config.environments ?? {});
  const sources: Record<string, string[]> = Object.create(null);
  for (const [name, environment] of Object.entries(config.environments ?? {})) {
    sources[name] = (environment.promote_from ?? []).filter((source) => source !== undefined);
    for (const [index, source] of (environment.promote_from ?? []).entries()) {
      if (source === undefined || config.environments?.[source]) continue;
      const path = ['environments', name, 'promote_from', index];
      const message = `There is no environment "${source}"`;
      problems.add({ path, message, expected: `one of ${list(names)}`, ...problems.suggest(source, names) });
    }
  }
  for (const cycle of findCycles(sources)) {
    problems.add({
      path: ['environments', cycle[0] ?? '', 'promote_from'],
      message: `Nothing could ever be deployed to ${cycle.slice(1).join(' and ')}: each takes only what ran in the other`,
      fix: 'Leave out "promote_from" where versions come in first',
    });
  }
}

function checkDefault({ config, problems }: Review): void {
  const wanted = config.default_environment;
  if (wanted === undefined || !config.environments) return;
  const names = Object.entries(config.environments).flatMap(([name, { aliases }]) => [name, ...(aliases ?? [])]);
  if (names.includes(wanted)) return;
  problems.add({
    path: ['default_environment'],
    message: `There is no environment "${wanted}"`,
    expected: `one of ${list(names)}`,
    ...problems.suggest(wanted, names),
  });
}
