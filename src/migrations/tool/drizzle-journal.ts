import { type Folder, readTexts } from '../files/folder.ts';

export interface JournalEntry {
  /** Name of the SQL file without ending. */
  readonly tag: string;
  /** ms since 1970. */
  readonly when: number;
}

/** `meta/_journal.json`, which drizzle-kit keeps; `undefined` when it is not there or not one. */
export function readJournal(folder: Folder): readonly JournalEntry[] | undefined {
  const { texts } = readTexts(
    { ...folder, path: `${folder.path}/meta` },
    { names: (names) => names.filter((name) => name === '_journal.json') },
  );
  const [journal] = texts;
  return journal === undefined ? undefined : entriesOf(journal.text);
}

function entriesOf(text: string): readonly JournalEntry[] | undefined {
  try {
    const { entries } = Object(JSON.parse(text)) as { entries?: unknown };
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is JournalEntry {
  const { tag, when } = Object(entry) as { tag?: unknown; when?: unknown };
  return typeof tag === 'string' && typeof when === 'number';
}
