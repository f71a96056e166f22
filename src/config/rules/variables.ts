import { looksSecret } from '../../core/secret-name.ts';
import type { Path, Problems } from '../problems.ts';
import type { Review } from './rule.ts';

/** Variables have one source each, keep the text they were written with, and are no secrets. */
export function checkVariables({ config, places, problems }: Review): void {
  for (const [name, { variables = {}, secrets = {} }] of Object.entries(config.environments ?? {})) {
    for (const [variable, value] of Object.entries(variables)) {
      const path = ['environments', name, 'variables', variable];
      checkText(value, path, places, problems);
      if (Object.hasOwn(secrets, variable)) addTwice(variable, path, problems);
      else if (looksSecret(variable, String(value))) addSecret(variable, path, problems);
    }
  }
}

/** `3.10` and `010` are numbers to YAML and would reach the service as `3.1` and `10`. */
function checkText(value: unknown, path: Path, places: Review['places'], problems: Problems): void {
  if (typeof value === 'string' || places.source(path) === String(value)) return;
  problems.add({
    path,
    message: 'YAML does not read this value as it is written',
    expected: 'a text in quotes',
    fix: 'Put the value in quotes',
  });
}

function addTwice(variable: string, path: Path, problems: Problems): void {
  const message = `"${variable}" stands under variables and under secrets`;
  problems.add({ path, at: 'key', message, fix: 'Delete one of the two' });
}

function addSecret(variable: string, path: Path, problems: Problems): void {
  problems.add({
    level: 'warning',
    path,
    at: 'key',
    message: `"${variable}" looks like a secret; variables are kept and shown in plain text`,
    fix: `Move it to "secrets", as a reference such as env:${variable}`,
  });
}
