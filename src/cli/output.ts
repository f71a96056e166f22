import { eventStream } from '../report/events/ndjson.ts';
import type { Style } from '../report/style.ts';
import { optionWords } from './globals.ts';
import { readable } from './readable.ts';
import { type OutputStream, stderr, stdout } from './streams.ts';
import { type Colour, styleFor } from './terminal.ts';

/** What stdout carries: text for people, one JSON document, or a line per event. */
export type Form = 'text' | 'json' | 'events';

/** The two streams of a command. Everything that is printed goes through here. */
export interface Output {
  readonly form: Form;
  /** Of stdout and stderr, judged for each. */
  readonly style: { readonly value: Style; readonly note: Style };
  /** Values for people; stdout. */
  value(text: string): void;
  /** Bytes as they are; stdout. */
  raw(text: string): void;
  /** Narration, warnings, questions and errors; stderr. */
  note(text: string): void;
  /** What the runner of GitHub is told; stderr. */
  tellRunner(command: string): void;
  /** One JSON value; stdout. */
  document(value: Readonly<Record<string, unknown>>): void;
  /** One line of the event stream; stdout. */
  record(value: Readonly<Record<string, unknown>>): void;
}

/** Reads from the words themselves how to print, so that an error in them is printed in the right form too. */
export async function createOutput(argv: readonly string[]): Promise<Output> {
  const words = optionWords(argv);
  const colour = colourOf(words);
  const [value, note] = await Promise.all([styleFor(stdout, colour), styleFor(stderr, colour)]);
  return {
    form: formOf(words),
    style: { value, note },
    value: (text) => write(stdout, readable(text)),
    raw: (text) => stdout.write(text),
    note: (text) => write(stderr, readable(text)),
    tellRunner: (command) => write(stderr, command),
    document: (document) => write(stdout, JSON.stringify(document, null, 2)),
    record: eventStream((line) => write(stdout, line)),
  };
}

/** With one line break at its end; nothing for an empty text. */
function write(stream: OutputStream, text: string): void {
  if (text !== '') stream.write(text.endsWith('\n') ? text : `${text}\n`);
}

function formOf(words: readonly string[]): Form {
  if (words.some((word) => word === '--events' || word.startsWith('--events='))) return 'events';
  return words.includes('--json') ? 'json' : 'text';
}

/** The last one counts, as for the parser. */
function colourOf(words: readonly string[]): Colour {
  let colour: Colour;
  for (const [index, word] of words.entries()) {
    const value = word === '--color' ? words[index + 1] : word.startsWith('--color=') ? word.slice(8) : undefined;
    if (word === '--no-color') colour = 'never';
    else if (value === 'always' || value === 'never' || value === 'auto') colour = value;
  }
  return colour;
}
