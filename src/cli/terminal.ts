import { plainStyle, type Style } from '../report/style.ts';
import type { GlobalOptions } from './command.ts';
import { stderr } from './output.ts';

type Colour = GlobalOptions['color'];

/** Whether a stream gets colour: an explicit flag first, then `NO_COLOR` and `TERM=dumb`, then what the stream is. */
export function wantsColour(stream: { readonly isTTY?: boolean }, color: Colour): boolean {
  if (color === 'always') return true;
  if (color === 'never') return false;
  const { NO_COLOR, TERM } = process.env;
  return !NO_COLOR && TERM !== 'dumb' && stream.isTTY === true;
}

export async function styleFor(stream: { readonly isTTY?: boolean }, color: Colour): Promise<Style> {
  if (!wantsColour(stream, color)) return plainStyle;
  const { colourStyle } = await import('../report/style.ts');
  return colourStyle();
}

/** Whether a question may be asked: both ends are terminals and nobody forbade it. */
export function canAsk(globals: GlobalOptions): boolean {
  return globals.input && process.stdin.isTTY === true && stderr.isTTY === true;
}

/** Whether a live, redrawn display is wanted on stderr. A terminal that does not know its size cannot be redrawn. */
export function isLive(globals: GlobalOptions): boolean {
  return (
    stderr.isTTY === true &&
    process.stderr.columns > 0 &&
    process.stderr.rows > 0 &&
    !process.env.CI &&
    process.env.TERM !== 'dumb' &&
    !globals.quiet &&
    !globals.verbose
  );
}
