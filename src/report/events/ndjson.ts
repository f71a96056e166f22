import type { Listener } from '../../core/event.ts';

/** One JSON object a line, as it happens; the result follows as the last line. */
export function ndjsonListener(write: (text: string) => void): Listener {
  return (event) => write(`${JSON.stringify({ format: 1, ...event })}\n`);
}
