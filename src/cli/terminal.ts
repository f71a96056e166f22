import { plainStyle, type Style } from '../report/style.ts';
import type { GlobalOptions } from './command.ts';
import { stderr } from './streams.ts';

export type Colour = 'always' | 'never' | 'auto' | undefined;

/** A stream's style: an explicit flag first, then `NO_COLOR` and `TERM=dumb`, then whether the stream is a terminal. */
export async function styleFor(stream: { readonly isTTY?: boolean }, colour: Colour): Promise<Style> {
  if (!wantsColour(stream, colour)) return plainStyle;
  const { colourStyle } = await import('../report/style.ts');
  return colourStyle();
}

function wantsColour(stream: { readonly isTTY?: boolean }, colour: Colour): boolean {
  if (colour === 'always' || colour === 'never') return colour === 'always';
  const { NO_COLOR, TERM } = process.env;
  return !NO_COLOR && TERM !== 'dumb' && stream.isTTY === true;
}

/** Whether a question may be asked: both ends are terminals and nobody forbade it. */
export function canAsk({ input }: Pick<GlobalOptions, 'input'>): boolean {
  return input && process.stdin.isTTY === true && stderr.isTTY;
}

/** Whether a live, redrawn display is wanted on stderr. A terminal that does not know its size cannot be redrawn. */
export function isLive({ quiet, verbose }: Pick<GlobalOptions, 'quiet' | 'verbose'>): boolean {
  const { CI, TERM } = process.env;
  if (quiet || verbose || CI || TERM === 'dumb' || !stderr.isTTY) return false;
  const { columns, rows } = process.stderr;
  return columns > 0 && rows > 0;
}
