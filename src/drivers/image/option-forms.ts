import { type OptionCheck, wrong } from '../option-checks.ts';

/** The name of an image: no word that a command could take for an option. */
export const IMAGE = /^[a-z0-9][a-z0-9._/:@-]{0,254}$/;

export function matching(pattern: RegExp, message: string, expected: string): (value: unknown) => OptionCheck {
  return (value) => (typeof value === 'string' && pattern.test(value) ? { value } : wrong(message, expected));
}
