import type { EnvironmentConfig } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import { mayRead, outsideOf } from '../core/secret-paths.ts';
import { holdsSecrets, referencesIn } from '../core/secret-text.ts';
import type { AppliedConfiguration } from '../core/state.ts';

type References = AppliedConfiguration['secrets'];

/** What an environment may read of what it refers to, and an error for each name that leads elsewhere, which is not read. */
export function withinPaths(
  { name: env, secret_paths }: Pick<EnvironmentConfig, 'name' | 'secret_paths'>,
  references: References,
): { readonly allowed: References; readonly findings: readonly Finding[] } {
  if (secret_paths === undefined) return { allowed: references, findings: [] };
  const found = Object.entries(references).map(([name, text]) => ({
    name,
    text,
    outside: outsideIn(secret_paths, text),
  }));
  return {
    allowed: Object.fromEntries(
      found.filter(({ outside }) => outside === undefined).map(({ name, text }) => [name, text]),
    ),
    findings: found.flatMap(({ name, outside }) => (outside === undefined ? [] : [finding(env, name, outside)])),
  };
}

/** The first reference of a text, or the text itself, that leads elsewhere. */
function outsideIn(paths: readonly string[], text: string): string | undefined {
  const references = holdsSecrets(text) ? referencesIn(text) : [text];
  return references.find((reference) => !mayRead(paths, reference));
}

function finding(env: string, name: string, reference: string): Finding {
  const { message, fix } = outsideOf(env, reference);
  return {
    level: 'error',
    code: 'INVALID_CONFIG',
    message: `${name}: ${message}`,
    path: `environments.${env}.secrets.${name}`,
    fix,
  };
}
