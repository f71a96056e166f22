import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizePath } from '../../src/config/relative-path.ts';
import { renderConfig } from '../../src/config/render.ts';
import type { ProjectDraft } from '../../src/core/draft.ts';
import { isName, isVariableName } from '../../src/core/name.ts';
import { config, read } from './reading.ts';

const name = fc
  .oneof(
    fc.constantFrom('true', 'null', 'on', '1', '1e3', '0x1f', '007', 'a', 'web-2'),
    fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,39}$/),
  )
  .filter(isName);
const variable = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter(isVariableName);
const printable = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((text) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text));
const line = fc
  .oneof(
    fc.constantFrom('npm run build', 'a: b # c', 'echo \'${env:X}\' "y"', 'a\nb', '- x', '@x', '*a', '!x'),
    printable,
  )
  .map((text) => text.trim())
  .filter((text) => text !== '');
const path = fc
  .oneof(fc.constantFrom('.', './', 'services/api', 'a: b', '@scope/x', '#x', 'über'), printable)
  .filter((text) => normalizePath(text) !== undefined);
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((some) => (some === undefined ? {} : { [key]: some }));

const service = fc
  .tuple(
    fc.record({
      name,
      path,
      framework: fc.string({ unit: 'binary', maxLength: 30 }),
      env: fc.uniqueArray(variable, { maxLength: 4 }),
    }),
    optional(
      'build',
      fc
        .tuple(fc.record({ command: line }), optional('output', path))
        .map(([build, output]) => ({ ...build, ...output })),
    ),
    optional('start', line),
  )
  .map((parts) => Object.assign({}, ...parts));
const database = fc.record({ name, connection_env: variable, engine: name, path });
const draft = fc.record({
  project: name,
  services: fc.uniqueArray(service, { selector: (one: { name: string }) => one.name, minLength: 1, maxLength: 4 }),
  databases: fc.uniqueArray(database, { selector: (one) => one.name, maxLength: 2 }),
}) as fc.Arbitrary<ProjectDraft>;

describe('the config that init writes', () => {
  test('is read back as what was found, whatever was found', async () => {
    await fc.assert(
      fc.asyncProperty(draft, async (found) => {
        const { project, environments } = await config(renderConfig(found));
        expect(project).toBe(found.project);
        expect(Object.keys(environments)).toEqual(['dev', 'staging', 'production']);
        const services = environments['dev']?.services ?? {};
        const databases = environments['dev']?.databases ?? {};
        expect(Object.keys(services).sort()).toEqual(found.services.map((one) => one.name).sort());
        for (const one of found.services) {
          expect(services[one.name]).toMatchObject({
            path: normalizePath(one.path),
            env: one.env.map((key) => ({ key, optional: false })),
            build: {
              ...(one.build ? { command: one.build.command } : {}),
              output: one.build?.output === undefined ? [] : [normalizePath(one.build.output)],
            },
          });
          expect(services[one.name]?.start).toBe(one.start);
        }
        for (const one of found.databases) {
          expect(databases[one.name]).toMatchObject({
            connection_env: one.connection_env,
            migrations: { engine: one.engine },
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('lets a build see what it puts into what browsers load, also in an image', async () => {
    const build = { command: 'npm run build', output: 'dist' };
    const web = { name: 'web', path: 'web', framework: 'Vite', build, env: ['SESSION_KEY', 'VITE_API_URL'] };
    const draft = { project: 'shop', services: [web], databases: [] };
    const { environments } = await config(renderConfig(draft));
    const read = environments['dev']?.services['web'];
    expect(read?.build).toMatchObject({ command: 'npm run build', env: ['VITE_API_URL'] });
    expect(read?.env.map(({ key }) => key)).toEqual(web.env);
    expect(renderConfig(draft, 'docker')).toContain('\n    build:\n      env: [VITE_API_URL]');
  });

  test('is short and says what to do next', () => {
    const text = renderConfig({
      project: 'shop',
      services: [
        { name: 'api', path: 'api', framework: 'Express', start: 'node server.js', env: ['DATABASE_URL'] },
        {
          name: 'web',
          path: 'web',
          framework: 'Vite',
          build: { command: 'npm run build', output: 'dist' },
          env: [],
          spa: true,
        },
      ],
      databases: [{ name: 'main', connection_env: 'DATABASE_URL', engine: 'raw', path: 'db/migrations' }],
    });
    expect(text).toMatchInlineSnapshot(`
      "# What deployer deploys, and where. "deployer schema" prints all keys with their meaning.
      version: 1
      project: shop

      defaults:
        driver: local # runs everything on this machine; no account needed

      services:
        api: # Express
          path: api
          start: node server.js
          # health: /healthz # answers 200 once it is ready
          env: [DATABASE_URL]
        web: # Vite
          path: web
          build:
            command: npm run build
            output: dist
          local: { spa: true } # paths without a file get index.html

      databases:
        main:
          connection_env: DATABASE_URL # a variable or secret of each environment
          migrations:
            engine: raw
            path: db/migrations

      environments:
        dev:
          mode: dev
          # variables: { LOG_LEVEL: debug }
          secrets: # references to variables that deployer is started with, never values
            DATABASE_URL: "env:DATABASE_URL"
        staging:
          mode: staging
          secrets: # references to variables that deployer is started with, never values
            DATABASE_URL: "env:STAGING_DATABASE_URL"
        production:
          mode: production # asks before it changes anything
          promote_from: [staging] # takes only what ran there
          secrets: # references to variables that deployer is started with, never values
            DATABASE_URL: "env:PRODUCTION_DATABASE_URL"
      "
    `);
  });

  test('gives no warnings', async () => {
    const found: ProjectDraft = {
      project: 'a',
      services: [{ name: 'a', path: '.', framework: 'x', env: ['API_KEY'] }],
      databases: [],
    };
    expect((await read(renderConfig(found))).warnings).toEqual([]);
  });
});
