import type { Place } from '../core/finding.ts';
import { type Path, Problems } from './problems.ts';
import { openYaml } from './yaml/open.ts';

export interface Site {
  readonly path: string;
  readonly place: Place;
}

/**
 * Where the first of these paths that is written at all stands in a config's text; `undefined` when none is. Paths are
 * those of findings, without positions of lists.
 */
export function locateIn(text: string, file: string, paths: readonly string[]): Site | undefined {
  const { places } = openYaml(text, new Problems());
  for (const path of paths) {
    const parts: Path = path.split('.');
    if (places.has(parts)) return { path, place: { file, ...places.position(places.offset(parts)) } };
  }
  return undefined;
}
