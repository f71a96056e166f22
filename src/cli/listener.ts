import type { Listener } from '../core/event.ts';
import type { GlobalOptions } from './command.ts';
import { stderr, stdout } from './output.ts';
import { isLive, styleFor } from './terminal.ts';

/** The one reporter that fits: event lines on stdout, a live list, groups for GitHub, plain lines, or nothing but trouble. */
export async function createListener(globals: GlobalOptions): Promise<Listener> {
  const write = (text: string) => stderr.write(text);
  if (globals.events) {
    const { ndjsonListener } = await import('../report/events/ndjson.ts');
    return ndjsonListener((text) => stdout.write(text));
  }
  const style = await styleFor(stderr, globals.color);
  if (isLive(globals))
    return (await import('../report/events/live.ts')).liveListener({ stream: process.stderr, style });
  const { plainListener } = await import('../report/events/plain.ts');
  const detail = globals.quiet ? 'trouble' : globals.verbose ? 'everything' : 'steps';
  if (process.env.GITHUB_ACTIONS === 'true' && !globals.quiet) {
    return (await import('../report/events/github.ts')).githubListener({ write });
  }
  return plainListener({ write, style, detail });
}
