import { expect, test } from 'vitest';
import { type Log, LogFollower, lastEvents } from '../../../src/drivers/aws/log-events.ts';

const [MINUTE, DAY] = [60_000, 86_400_000];
const NOW = 1_800_000_000_000;

interface Asked {
  readonly startTime: number;
  readonly endTime?: number;
  readonly nextToken?: string;
}

/** A group of lines that are so old, ms; told ten at a time, after an empty page. */
function logOf(ages: readonly number[]) {
  const asked: Asked[] = [];
  const events = ages.map((age, at) => ({ eventId: String(at), timestamp: NOW - age, message: `${age}\n` }));
  const filterLogEvents = async (request: Asked) => {
    asked.push(request);
    const { startTime, endTime = Number.POSITIVE_INFINITY, nextToken = '-1' } = request;
    const within = events.filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime);
    const page = Number(nextToken);
    const more = (page + 1) * 10 < within.length ? { nextToken: String(page + 1) } : {};
    return { events: page < 0 ? [] : within.slice(page * 10, page * 10 + 10), ...more };
  };
  const log = { account: { aws: { logs: async () => ({ filterLogEvents }) } }, context: { clock: { now: () => NOW } } };
  return { log: { ...log, group: 'g', streams: { prefix: 'release-' } } as unknown as Log, asked, events };
}

const linesOf = (events: readonly { readonly line: string }[]) => events.map(({ line }) => Number(line));

test('the last lines are found however old they are, in order, and no more is read than it takes', async () => {
  const busy = Array.from({ length: 95 }, (_, at) => 95 - at);
  const { log, asked } = logOf([20 * DAY, 2 * DAY, ...busy]);
  expect(linesOf(await lastEvents(log, 3, NOW - 30 * DAY))).toEqual([3, 2, 1]);
  expect(asked.every(({ startTime }) => startTime === NOW - MINUTE)).toBe(true);
  expect(linesOf(await lastEvents(log, 97, NOW - 30 * DAY))).toEqual([20 * DAY, 2 * DAY, ...busy]);
  expect(linesOf(await lastEvents(log, 97, NOW - 3 * DAY))).toEqual([2 * DAY, ...busy]);
  expect(await lastEvents(log, 0, NOW - DAY)).toEqual([]);
});

test('what is followed comes once, with what is late, and nothing from before', async () => {
  const { log, events } = logOf([5_000, 3_000, 1_000]);
  const before = await lastEvents(log, 1, NOW - DAY);
  const follower = new LogFollower(log, NOW, before);
  expect(await follower.next()).toEqual([]);
  events.push({ eventId: 'late', timestamp: NOW - 500, message: 'late' });
  events.push({ eventId: 'new', timestamp: NOW + 5_000, message: 'new' });
  expect((await follower.next()).map(({ line }) => line)).toEqual(['late', 'new']);
  expect(await follower.next()).toEqual([]);
});
