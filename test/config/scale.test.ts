import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { catalog } from './catalog.ts';
import { findings } from './reading.ts';

function many(amount: number, service: (index: number) => string): string {
  const services = Array.from({ length: amount }, (_, index) => `  s${index}: ${service(index)}`);
  return [
    'version: 1',
    'project: big',
    'services:',
    ...services,
    'environments: { dev: { mode: dev }, prod: { mode: production } }',
  ].join('\n');
}

describe('ten thousand services', () => {
  test('are read whole, are there once for all environments, and ask their driver once', async () => {
    const drivers = catalog();
    const text = many(10_000, (index) => `{ path: s/${index}, start: node server.js }`);
    const { config } = await parseConfig(text, { file: '/p/c.yaml', environment: {}, drivers });
    const { dev, prod } = config.environments;
    expect(Object.keys(dev?.services ?? {})).toHaveLength(10_000);
    expect(dev?.services['s9999']).toMatchObject({ name: 's9999', path: 's/9999', start: 'node server.js' });
    expect(prod?.services).toBe(dev?.services);
    expect(drivers.checks()).toBe(1);
  });

  test('in one chain are read without running out of stack', async () => {
    const text = many(10_000, (index) => `{ path: s, after: [${index === 9_999 ? '' : `s${index + 1}`}] }`);
    const { config } = await parseConfig(text, { file: '/p/c.yaml', environment: {}, drivers: catalog() });
    expect(config.environments['dev']?.services['s0']?.after).toEqual(['s1']);
  });

  test('with a problem each are all reported, each at its place', async () => {
    const found = await findings(many(10_000, () => '{ path: s, after: [nosuch], tiemout: 5s }'));
    expect(found).toHaveLength(20_000);
    expect(found.at(-1)?.place).toMatchObject({ line: 10_003 });
    expect(found[0]?.fix ?? found[1]?.fix).toBe('Did you mean "timeout"?');
  });
});
