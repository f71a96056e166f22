import type { Failure } from '../core/errors.ts';
import { failureDocument, failureText } from '../report/failure.ts';
import type { CommandResult, GlobalOptions } from './command.ts';
import { stderr, stdout } from './output.ts';
import { styleFor, wantsColour } from './terminal.ts';

/** What goes to stdout for a result: the document, the raw text, or the text for people. */
export async function render(result: CommandResult, globals: GlobalOptions): Promise<string> {
  if (result.raw !== undefined && !globals.json) return ended(result.raw);
  if (globals.events)
    return result.document ? `${JSON.stringify({ type: 'result', format: 1, ...result.document })}\n` : '';
  if (globals.json) return result.document ? `${JSON.stringify({ format: 1, ...result.document }, null, 2)}\n` : '';
  return result.text ? ended(asciiWhereNeeded(result.text(await styleFor(stdout, globals.color)))) : '';
}

/** A failure for both streams: `--json` and `--events` hold on failure too. */
export async function renderFailure(failure: Failure, argv: readonly string[]): Promise<{ out?: string; err: string }> {
  const never = argv.includes('--no-color') || argv.includes('--color=never');
  const color = never ? 'never' : argv.includes('--color=always') ? 'always' : undefined;
  const err = asciiWhereNeeded(`${failureText(failure, await styleFor(stderr, color))}\n`);
  if (argv.includes('--json')) return { out: `${JSON.stringify(failureDocument(failure), null, 2)}\n`, err };
  if (argv.some((word) => word.startsWith('--events')))
    return { out: `${JSON.stringify({ type: 'result', ...failureDocument(failure) })}\n`, err };
  return { err };
}

/** A terminal without UTF-8 gets ASCII for the few signs we use. */
export function asciiWhereNeeded(text: string): string {
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || '';
  if (locale === '' || /utf-?8/i.test(locale)) return text;
  return text
    .replaceAll('→', '->')
    .replaceAll('·', '-')
    .replaceAll('…', '...')
    .replace(/[^\x00-\x7f]/g, '?');
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

export { wantsColour };
