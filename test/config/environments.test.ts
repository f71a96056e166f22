import { describe, expect, test } from 'vitest';
import { defaultEnvironment, environmentFrom, findEnvironment } from '../../src/config/environments.ts';
import { config, FRAME } from './reading.ts';

const project = (environments: string, more = '') =>
  config(`${FRAME.head}${FRAME.services}environments: ${environments}\n${more}`);

const THREE = `{ dev: { mode: dev }, staging: { mode: staging, aliases: [stage], promote_from: [dev], variables: { A: b } }, preview: { mode: preview, ttl: 3d } }`;

describe('an environment', () => {
  test('is found by name and by alias', async () => {
    const shop = await project(THREE);
    expect(findEnvironment(shop, 'staging').name).toBe('staging');
    expect(findEnvironment(shop, 'stage').name).toBe('staging');
  });

  test('that is not there is answered with what is', async () => {
    const shop = await project(THREE);
    expect(() => findEnvironment(shop, 'stagin')).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ code: 'NOT_FOUND', fix: 'Did you mean "staging"?' }),
      }),
    );
    expect(() => findEnvironment(shop, 'qwertyuiop')).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ fix: 'Name one of dev, staging, stage and preview' }),
      }),
    );
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      expect(() => findEnvironment(shop, name)).toThrow('There is no environment');
    }
  });
});

describe('the environment of commands without --env', () => {
  test('is the one the config prefers, by name or alias', async () => {
    expect(defaultEnvironment(await project(THREE, 'default_environment: stage')).name).toBe('staging');
  });

  test('is else the only one in mode dev', async () => {
    expect(defaultEnvironment(await project(THREE)).name).toBe('dev');
    for (const unclear of ['{ a: { mode: dev }, b: { mode: dev } }', '{ a: { mode: staging } }']) {
      const found = await project(unclear);
      expect(() => defaultEnvironment(found)).toThrow('Which environment? There are a');
    }
  });
});

describe('an environment made at run time', () => {
  test('is its template under its own name, open to any version', async () => {
    const shop = await project(THREE);
    const made = environmentFrom(shop, { name: 'qa', template: 'stage' });
    const { name, aliases, promote_from, template, ...rest } = made;
    expect({ name, aliases, promote_from, template }).toEqual({
      name: 'qa',
      aliases: [],
      promote_from: [],
      template: 'staging',
    });
    expect(shop.environments['staging']).toMatchObject(rest);
    expect(environmentFrom(shop, { name: 'pr-1', template: 'preview' })).not.toHaveProperty('ttl');
  });

  test('may have its own mode and gates', async () => {
    const made = environmentFrom(await project(THREE), {
      name: 'eu',
      template: 'staging',
      mode: 'production',
      promote_from: ['staging'],
    });
    expect(made).toMatchObject({ mode: 'production', protected: true, promote_from: ['staging'] });
  });

  test('needs a template that is there', async () => {
    const shop = await project(THREE);
    expect(() => environmentFrom(shop, { name: 'qa', template: 'nope' })).toThrow('There is no environment "nope"');
  });
});
