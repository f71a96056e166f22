import { looksSecret } from '../core/secret-name.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import type { VariableSpec } from '../core/variable-spec.ts';
import { hasSecretForm } from '../variables/exposed.ts';

/** Whether a value belongs in a store: by what is said of its variable, by its name, by its form, or since it is there now. */
export function isSecretValue(spec: VariableSpec, value: string, { secrets }: AppliedConfiguration): boolean {
  return spec.sensitive || Object.hasOwn(secrets, spec.key) || looksSecret(spec.key, value) || hasSecretForm(value);
}
