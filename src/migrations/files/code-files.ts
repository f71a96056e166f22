import type { Finding } from '../../core/finding.ts';
import type { MigrationFile } from '../../core/migration.ts';
import { readDirectives } from '../sql/directives.ts';
import { describe, directiveProblems } from './describe.ts';
import { type Folder, readTexts } from './folder.ts';

const CODE = /(?<!\.d)\.[cm]?[jt]s$/;

/**
 * Migrations written in JavaScript or TypeScript. What code will do cannot be read off it, so that it counts as
 * `contract` unless it says `// deployer:phase expand`.
 */
export function codeFiles(folder: Folder): {
  readonly files: readonly MigrationFile[];
  readonly problems: readonly Finding[];
} {
  const { texts, problems } = readTexts(folder, { names: (names) => names.filter((name) => CODE.test(name)) });
  const files = texts.map(({ name, text }) =>
    describe(folder, {
      id: codeId(name),
      name,
      text,
      directives: readDirectives(text),
      guess: { phase: 'contract', risks: [] },
      hasDown: /\bdown\b/.test(text),
    }),
  );
  const faulty = texts.flatMap(({ name, text }) => directiveProblems(folder, name, readDirectives(text)));
  return { files, problems: [...problems, ...faulty] };
}

/** File name without ending. */
export function codeId(name: string): string {
  return name.replace(CODE, '');
}
