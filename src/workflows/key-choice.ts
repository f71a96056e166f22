import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';

/** `NOT_FOUND` for the first of the chosen keys that a place does not have. `where` names the place. */
export function refuseUnknownKeys(keys: Iterable<string>, known: object, where: string): void {
  for (const key of keys) {
    if (Object.hasOwn(known, key)) continue;
    const close = nearest(key, Object.keys(known));
    throw new DeployerError({
      code: 'NOT_FOUND',
      reason: `There is no ${key} in ${where}`,
      fix: close ? `Did you mean ${close}?` : `See what there is in ${where}, and name it by --keys`,
      stage: 'usage',
    });
  }
}
