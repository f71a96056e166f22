import { describe, expect, it } from 'vitest';
import type { RunEvent, StampedEvent } from '../../../src/core/event.ts';
import { githubListener } from '../../../src/report/events/github.ts';
import { eventStream } from '../../../src/report/events/ndjson.ts';
import { plainListener } from '../../../src/report/events/plain.ts';
import { plainStyle } from '../../../src/report/style.ts';

const stamped = (event: RunEvent): StampedEvent => ({
  ...event,
  seq: 3,
  at: '2026-01-01T00:00:00.000Z',
  run_id: 'run_1',
});
const waiting = stamped({
  type: 'operation.waiting',
  operation: 'deploy:api',
  elapsed_ms: 65_000,
  message: 'health check 9',
});
const started = stamped({
  type: 'operation.started',
  operation: 'build:web',
  kind: 'build',
  title: 'Build web',
  attempt: 2,
  idempotency_key: 'k',
});
const log = (line: string) => stamped({ type: 'operation.log', operation: 'build:web', channel: 'stdout', line });
const failed = stamped({
  type: 'operation.failed',
  operation: 'build:web',
  duration_ms: 5,
  failure: { code: 'BUILD_FAILED', reason: 'The build failed\nbadly' },
});

/** The lines that a listener of this detail says. */
function said(detail: 'trouble' | 'steps' | 'everything', events: readonly StampedEvent[]): string[] {
  const lines: string[] = [];
  const listener = plainListener({ say: (line) => lines.push(line), style: plainStyle, detail });
  events.forEach(listener);
  return lines;
}

describe('plain lines', () => {
  it('19: say what is still being waited for, and for how long', () => {
    expect(said('steps', [waiting])).toEqual(['still   deploy:api  1m 5s  health check 9']);
  });

  it('leave the output of steps to --verbose', () => {
    expect(said('steps', [log('x')])).toEqual([]);
    expect(said('everything', [log('x')])).toEqual(['  build:web | x']);
  });

  it('are only trouble with --quiet', () => {
    expect(said('trouble', [started, waiting, log('x'), failed])).toEqual([
      'failed build:web  BUILD_FAILED: The build failed\\nbadly',
    ]);
  });

  it('are one line each, whatever a step prints', () => {
    const [line = ''] = said('everything', [log('a\nb\r\x1b[2Jc\u202ed')]);
    expect(line).toBe('  build:web | a\\nb\\x0d\\x1b[2Jc\\u202ed');
  });

  it('name the attempt from the second on', () => {
    expect(said('steps', [started])).toEqual(['start  build:web  Build web (attempt 2)']);
  });
});

describe('lines for GitHub', () => {
  it('fold what a step printed, once it is over', () => {
    const lines: string[] = [];
    const listener = githubListener({ say: (line) => lines.push(line), tellRunner: (command) => lines.push(command) });
    [log('one'), log('two'), failed].forEach(listener);
    expect(lines.slice(0, 4)).toEqual(['::group::build:web', '  build:web | one', '  build:web | two', '::endgroup::']);
    expect(lines).toHaveLength(5);
  });

  it('keep the last lines of a long log', () => {
    const lines: string[] = [];
    const listener = githubListener({ say: (line) => lines.push(line), tellRunner: () => {} });
    for (let at = 0; at < 2_000; at++) listener(log(String(at)));
    listener(failed);
    expect(lines).toHaveLength(501);
    expect(lines.at(-2)).toContain('1999');
  });
});

describe('the event stream', () => {
  it('counts its own lines, and stamps those that have no time', () => {
    const lines: string[] = [];
    const record = eventStream((line) => lines.push(line));
    record({ type: 'log', at: '2026-01-01T00:00:00.000Z' });
    record({ type: 'result' });
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toEqual({ format: 1, seq: 1, type: 'log', at: '2026-01-01T00:00:00.000Z' });
    expect(second).toMatchObject({ format: 1, seq: 2, type: 'result' });
    expect(Number.isNaN(Date.parse(second.at))).toBe(false);
  });
});
