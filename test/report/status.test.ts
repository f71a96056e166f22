import { expect, test } from 'vitest';
import { statusTable } from '../../src/report/status.ts';
import { plainStyle } from '../../src/report/style.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const base = { env: 'production', service: 'api', version_id: 'ver_1', url: 'https://a', drift: false };

test('status tells how long each release runs, how often it was started again, and what it uses', () => {
  const started_at = '2026-11-21T09:55:00Z';
  const instance = { state: 'running', percent: 50, restarts: 0, started_at } as const;
  const instances = [
    { ...instance, name: 'api-1', host: 'one', health: 'healthy', memory_bytes: 5 * 1024 ** 2 },
    { ...instance, name: 'api-2', host: 'two', restarts: 2, memory_bytes: 70 * 1024 ** 2 },
  ] as const;
  const rows = [
    { ...base, state: 'running', percent: 100, restarts: 2, started_at, instances },
    { ...base, service: 'web', state: 'unknown', percent: 0, url: null },
  ];
  expect(
    statusTable(rows, { now: NOW, style: plainStyle })
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['environment', 'service', 'version', 'state', 'traffic', 'up', 'restarts', 'memory', 'url'],
    ['production', 'api', 'ver_1', 'running', '100 %', '2h 5m', '2', '75 MiB', 'https://a'],
    ['', 'api-1', 'on one', 'running, healthy', '50 %', '2h 5m', '0', '5.0 MiB'],
    ['', 'api-2', 'on two', 'running', '50 %', '2h 5m', '2', '70 MiB'],
    ['production', 'web', 'ver_1', 'unknown', '0 %', '-', '-', '-', '-'],
  ]);
});
