import type { Finding } from '../../core/finding.ts';
import type { MigrationFile } from '../../core/migration.ts';
import { describe, directiveProblems } from '../files/describe.ts';
import { type Folder, type FoundText, problem, readTexts } from '../files/folder.ts';
import { type Directives, readDirectives } from '../sql/directives.ts';
import { guessDialect } from '../sql/guess.ts';
import type { SqlDialect } from '../sql/lexer.ts';
import { assess } from '../sql/phase.ts';

/** A migration with its SQL. */
export interface SqlFile {
  readonly file: MigrationFile;
  readonly up: Script;
  readonly down?: Script;
}

export interface Script {
  /** For messages: path inside the project. */
  readonly path: string;
  readonly text: string;
  readonly noTransaction: boolean;
}

export interface SqlFiles {
  readonly files: readonly SqlFile[];
  readonly problems: readonly Finding[];
}

const UP = /^(\d+)[_-].*(?<!\.down)\.sql$/;
const DOWN = '.down.sql';
const DIALECTS: readonly string[] = ['postgres', 'mysql', 'sqlite'] satisfies readonly SqlDialect[];

/** Reads `NNNN_name.sql` and `NNNN_name.down.sql` of the folder, with what the files say about themselves. */
export function readSqlFiles(folder: Folder): SqlFiles {
  const { texts, problems } = readTexts(folder, {
    names: (names) => names.filter((name) => name.endsWith('.sql')),
  });
  const ups = texts.filter(({ name }) => UP.test(name));
  const downs = new Map(texts.filter(({ name }) => name.endsWith(DOWN)).map((down) => [down.name, down]));
  const dialect = saidDialect(folder) ?? guessDialect(ups.map(({ text }) => text));
  const files = ups.map((up) => sqlFile(folder, up, downs.get(`${idOf(up)}${DOWN}`), dialect));
  return {
    files,
    problems: [...optionProblems(folder), ...problems, ...nameProblems(folder, texts), ...saidProblems(folder, texts)],
  };
}

function idOf({ name }: FoundText): string {
  return name.slice(0, -'.sql'.length);
}

function sqlFile(folder: Folder, up: FoundText, down: FoundText | undefined, dialect: SqlDialect): SqlFile {
  const directives = readDirectives(up.text);
  const guess = assess(up.text, dialect);
  const shape = { id: idOf(up), name: up.name, text: up.text, directives, guess, hasDown: down !== undefined };
  return {
    file: describe(folder, shape),
    up: script(folder, up, directives),
    ...(down === undefined ? {} : { down: script(folder, down, readDirectives(down.text)) }),
  };
}

function script(folder: Folder, { name, text }: FoundText, { noTransaction }: Directives): Script {
  return { path: `${folder.path}/${name}`, text, noTransaction };
}

function saidDialect({ options }: Folder): SqlDialect | undefined {
  return DIALECTS.find((name): name is SqlDialect => name === options['dialect']);
}

function optionProblems(folder: Folder): readonly Finding[] {
  const unknown = Object.keys(folder.options).filter((key) => key !== 'dialect');
  const wrong = folder.options['dialect'] !== undefined && saidDialect(folder) === undefined ? ['dialect'] : [];
  return [...unknown, ...wrong].map((key) => ({
    level: 'error',
    code: 'INVALID_CONFIG',
    message: `Option "${key}" of the raw engine in database "${folder.database}" is not valid`,
    expected: `dialect: ${DIALECTS.join(' | ')}`,
  }));
}

function saidProblems(folder: Folder, texts: readonly FoundText[]): readonly Finding[] {
  return texts.flatMap(({ name, text }) => directiveProblems(folder, name, readDirectives(text)));
}

function nameProblems(folder: Folder, texts: readonly FoundText[]): readonly Finding[] {
  const names = texts.map(({ name }) => name);
  const numbered = names.filter((name) => UP.test(name));
  return [...strangers(folder, names), ...orphans(folder, names), ...clashes(folder, numbered)];
}

function strangers(folder: Folder, names: readonly string[]): readonly Finding[] {
  return names
    .filter((name) => !UP.test(name) && !name.endsWith(DOWN))
    .map((name) => problem(folder, name, 'has no number in front', { fix: 'Name it like 0001_create_notes.sql' }));
}

function orphans(folder: Folder, names: readonly string[]): readonly Finding[] {
  const known = new Set(names);
  return names
    .filter((name) => name.endsWith(DOWN) && !known.has(`${name.slice(0, -DOWN.length)}.sql`))
    .map((name) => problem(folder, name, 'undoes a migration that is not there'));
}

/** Names are applied in the order of their text, so that has to be the order of their numbers, each used once. */
function clashes(folder: Folder, names: readonly string[]): readonly Finding[] {
  return names.flatMap((name, index) => {
    const before = names[index - 1];
    if (before === undefined || numberOf(before) < numberOf(name)) return [];
    if (numberOf(before) > numberOf(name)) {
      const fix = 'Give all numbers the same count of digits';
      return [problem(folder, name, `sorts behind ${before} although its number is lower`, { fix })];
    }
    return [problem(folder, name, `has the same number as ${before}`, { fix: 'Give one of them a new number' })];
  });
}

function numberOf(name: string): bigint {
  return BigInt(UP.exec(name)?.[1] ?? 0);
}
