import type { Problems } from '../problems.ts';
import { checkCharacters } from './characters.ts';
import { composeYaml } from './compose.ts';
import { Places } from './places.ts';
import { type Rewrite, readValues } from './values.ts';

export interface YamlText {
  readonly places: Places;
  /** What is wrong with the values is added to the problems too. */
  readonly readValues: (rewrite: Rewrite) => unknown;
}

/** Reads a text by the YAML library; what is wrong with it is added to `problems`. */
export function openYaml(text: string, problems: Problems): YamlText {
  const root = checkCharacters(text, problems) ? composeYaml(text, problems) : undefined;
  return { places: new Places(text, root), readValues: (rewrite) => readValues(root, rewrite, problems) };
}
