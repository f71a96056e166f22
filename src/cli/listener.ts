import type { Listener } from '../core/event.ts';
import type { GlobalOptions } from './command.ts';
import type { Output } from './output.ts';
import { wantsAscii } from './readable.ts';
import { isLive } from './terminal.ts';

/** The one reporter that fits: event lines on stdout, groups for GitHub, a live list, or plain lines. */
export async function createListener(globals: GlobalOptions, output: Output): Promise<Listener> {
  if (output.form === 'events') return ({ seq, ...event }) => output.record({ ...event, journal_seq: seq });
  const say = (line: string) => output.note(line);
  const style = output.style.note;
  if (process.env.GITHUB_ACTIONS === 'true' && !globals.quiet)
    return (await import('../report/events/github.ts')).githubListener({ say, tellRunner: output.tellRunner });
  if (isLive(globals)) {
    const { liveListener } = await import('../report/events/live.ts');
    return liveListener({ stream: process.stderr, say, style, signs: wantsAscii() ? 'ascii' : 'unicode' });
  }
  const { plainListener } = await import('../report/events/plain.ts');
  return plainListener({ say, style, detail: globals.quiet ? 'trouble' : globals.verbose ? 'everything' : 'steps' });
}
