import type { Style } from '../report/style.ts';
import { table } from '../report/table.ts';
import { isChange, type SettingsStep } from '../workflows/settings-steps.ts';

const WORDS: Readonly<Record<SettingsStep['change'], string>> = {
  add: 'new',
  update: 'changed',
  unchanged: 'as it is',
};

/** What is going to be set, for the question whether to: a secret is shown as its reference. */
export function stepsText(steps: readonly SettingsStep[], style: Style): string {
  const rows = steps.filter(isChange).map(({ key, kind, change, to }) => [key, kind, WORDS[change], String(to)]);
  return table(['name', 'kind', 'change', 'value'], rows, style);
}

/** `LOG_LEVEL,REGION`, blanks let pass; `undefined` when it was not given. */
export function keysOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').flatMap((key) => key.trim() || []);
}
