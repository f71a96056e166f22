import type { Finding } from '../../core/finding.ts';
import type { MigrationFile } from '../../core/migration.ts';
import { readDirectives } from '../sql/directives.ts';
import { guessDialect } from '../sql/guess.ts';
import { assess } from '../sql/phase.ts';
import { describe, directiveProblems } from './describe.ts';
import { type Folder, type FoundText, readTexts } from './folder.ts';

/** How a tool lays out its SQL files. */
export interface SqlLayout {
  readonly deep?: boolean;
  /** Path inside the migrations folder → id; `undefined` for a file that is no migration. */
  id(name: string): string | undefined;
  /** The part that is run to apply; all when left out. */
  up?(text: string): string;
  hasDown?(text: string): boolean;
}

/** SQL files of a tool, in the order of their ids. */
export function sqlFiles(
  folder: Folder,
  layout: SqlLayout,
): { readonly files: readonly MigrationFile[]; readonly problems: readonly Finding[] } {
  const { texts, problems } = readTexts(folder, {
    deep: layout.deep ?? false,
    names: (names) => names.filter((name) => layout.id(name) !== undefined),
  });
  const dialect = guessDialect(texts.map(({ text }) => text));
  const files = texts.map((found) => {
    const up = layout.up?.(found.text) ?? found.text;
    const shape = { ...found, directives: readDirectives(found.text), guess: assess(up, dialect) };
    return describe(folder, {
      ...shape,
      id: layout.id(found.name) ?? found.name,
      hasDown: layout.hasDown?.(found.text) ?? false,
    });
  });
  return { files, problems: [...problems, ...texts.flatMap((found) => faulty(folder, found))] };
}

function faulty(folder: Folder, { name, text }: FoundText): readonly Finding[] {
  return directiveProblems(folder, name, readDirectives(text));
}
