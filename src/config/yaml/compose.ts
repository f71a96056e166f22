import { Composer, type Document, Lexer, type ParsedNode, Parser } from 'yaml';
import type { Problems } from '../problems.ts';
import { describeSyntax } from './syntax-errors.ts';

/** Levels of maps and lists a config may have. The deepest key of ours stands at nine. */
export const DEPTH_LIMIT = 64;

/** A broken text makes an error at every token; the first few tell the story. */
const ERROR_LIMIT = 20;

/**
 * Text → YAML nodes with their positions. Everything wrong with the syntax is added to `problems`; the answer is then
 * `undefined`, as it is for a text without content.
 *
 * Nesting is watched on the iterative parser's stack while it reads, and reading stops at the limit: composing deep
 * nesting recurses, and `yaml` 2.9 aborts the whole Node process when it meets such a text a second time. Duplicate
 * keys are looked for by the reader of the values, as the library's own check is quadratic.
 */
export function composeYaml(text: string, problems: Problems): ParsedNode | undefined {
  const before = problems.errors;
  const composer = new Composer({ schema: 'core', resolveKnownTags: false, stringKeys: true, uniqueKeys: false });
  const documents: Document.Parsed[] = [];
  for (const token of tokens(text, problems)) {
    for (const document of composer.next(token)) documents.push(document as Document.Parsed);
  }
  for (const document of composer.end()) documents.push(document as Document.Parsed);
  const stray = composer.streamInfo();
  addErrors(
    [...stray.errors, ...documents.flatMap((document) => [...document.errors, ...document.warnings])],
    problems,
  );
  return problems.errors > before ? undefined : (documents[0]?.contents ?? undefined);
}

type Token = Parameters<Composer['next']>[0];

/** Tokens of the one document; ends early at what is refused, with the reason added to `problems`. */
function* tokens(text: string, problems: Problems): Generator<Token, void> {
  const parser = new Parser();
  const seen = { documents: 0, errors: 0 };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (refused(token, seen, problems)) return;
      yield token;
    }
    if (parser.stack.length > DEPTH_LIMIT + 2) return tooDeep(parser.offset, problems);
  }
  for (const token of parser.end()) {
    if (refused(token, seen, problems)) return;
    yield token;
  }
}

function tooDeep(offset: number, problems: Problems): void {
  problems.add({ path: [], offset, message: `The text is nested deeper than ${DEPTH_LIMIT} levels` });
}

/** What a config never needs, and what would change the meaning of the rest: `%YAML 1.1` turns `yes` into a boolean. */
function refused(token: Token, seen: { documents: number; errors: number }, problems: Problems): boolean {
  if (token.type === 'directive') {
    problems.add({
      path: [],
      offset: token.offset,
      message: 'Directives such as %YAML are refused',
      fix: 'Delete the line',
    });
    return true;
  }
  if (token.type === 'document' && ++seen.documents > 1) {
    problems.add({
      path: [],
      offset: token.offset,
      message: 'The file holds more than one YAML document',
      fix: 'Keep one; delete the "---" between them',
    });
    return true;
  }
  return token.type === 'error' && ++seen.errors > ERROR_LIMIT;
}

function addErrors(errors: readonly { code: string; pos: readonly number[] }[], problems: Problems): void {
  for (const error of errors.slice(0, ERROR_LIMIT)) {
    problems.add({ path: [], offset: error.pos[0] ?? 0, ...describeSyntax(error.code) });
  }
}
