import { describe, expect, test } from 'vitest';
import { complaints, FRAME, findings, MINIMAL } from './reading.ts';

const service = (fields: string) => `${FRAME.head}services: { api: { path: api, ${fields} } }\n${FRAME.environments}`;
const environment = (fields: string) => `${FRAME.head}${FRAME.services}environments: { dev: { mode: dev, ${fields} } }`;

describe('a config with problems', () => {
  test('is refused with all of them at once, in the order of the text, each with its place', async () => {
    const text = [
      'version: 1',
      'project: Shop',
      'defalts: {}',
      'services:',
      '  api:',
      '    start: node server.js',
      '    health: { path: healthz, timout: 3s }',
      '  web: { path: web, after: [apii] }',
      'environments:',
      '  dev: { mode: devel }',
      '  prod: { mode: production, promote_from: [staging] }',
    ].join('\n');
    expect((await complaints(text)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '2:10 project',
      '3:1 defalts',
      '5:3 services.api.path',
      '7:21 services.api.health.path',
      '7:30 services.api.health.timout',
      '8:29 services.web.after[0]',
      '10:16 environments.dev.mode',
      '11:44 environments.prod.promote_from[0]',
    ]);
  });

  test('says what was expected and what may have been meant', async () => {
    const [unknown, timeout] = await findings(service('helth: /, timeout: 5'));
    expect(unknown).toMatchObject({ code: 'INVALID_CONFIG', level: 'error', fix: 'Did you mean "health"?' });
    expect(unknown?.expected).toContain('path, driver, build');
    expect(timeout).toMatchObject({ path: 'services.api.timeout', expected: expect.stringContaining('30s') });
    expect(timeout?.place).toEqual({ file: '/project/deploy.config.yaml', line: 3, column: 50 });
  });

  test('is told of rules that no value could follow, or that could take for ever', async () => {
    const entry = (validation: string) => service(`env: [{ key: A, validation: { ${validation} } }]`);
    expect(await findings(entry('pattern: "^(?=a)"'))).toMatchObject([
      { path: 'services.api.env[0].validation.pattern', expected: expect.stringContaining('without look-around') },
    ]);
    expect(await findings(entry('min_length: 5, max_length: 4'))).toMatchObject([
      { path: 'services.api.env[0].validation.min_length', message: expect.stringContaining('more than max_length') },
    ]);
  });

  test('says each thing once, for all environments that share it', async () => {
    const text = `${FRAME.head}services: { api: { path: api, local: { port: x } } }\nenvironments: { a: { mode: dev }, b: { mode: dev }, c: { mode: dev, services: { api: { start: x } } } }`;
    expect(await complaints(text)).toEqual(['3:46 services.api.local.port "services.api.local.port" is not a port']);
  });

  test('never shows a value, which may be a secret at the wrong place', async () => {
    const secret = 'hunter2-s3cr3t';
    const text = environment(`secrets: { A: ${secret}, B: [${secret}] }, flags: ${secret}, ttl: ${secret}`);
    const wrong = `${text}\nnotifications: [{ url: "https://u:${secret}@x" }]\ndefaults: { timeout: ${secret}, driver: local }`;
    expect(JSON.stringify(await findings(wrong))).not.toContain(secret);
    expect(JSON.stringify(await findings(`a: "${secret}\n  b: '${secret}`))).not.toContain(secret);
  });
});

describe.each([
  ['an empty text', '', '- The config must be a map'],
  ['a text that is no map', 'hello', 'The config must be a map'],
  ['a list', '[1]', 'The config must be a map'],
  ['no version', MINIMAL.replace('version: 1\n', ''), '"version" is missing'],
  ['another version', MINIMAL.replace('version: 1', 'version: 2'), '"version" must be 1'],
  ['neither services nor databases', `${FRAME.head}services: {}\n${FRAME.environments}`, 'no service and no database'],
  ['no environments', FRAME.head + FRAME.services, '"environments" is missing'],
  ['empty environments', `${FRAME.head}${FRAME.services}environments: {}`, 'names no environment'],
  ['an environment without mode', `${FRAME.head}${FRAME.services}environments: { a: {} }`, 'mode" is missing'],
  ['an environment without fields', `${FRAME.head}${FRAME.services}environments: { a: }`, 'a" must be a map'],
  ['a service name out of form', MINIMAL.replace('api:', 'Api:'), 'services.Api "Api" must be a name'],
  ['a service name of 41 characters', MINIMAL.replace('api:', `${'a'.repeat(41)}:`), 'must be a name'],
  ['a number as a name of a project', MINIMAL.replace('shop', '12'), '"project" must be a name'],
  ['a variable name out of form', environment('variables: { a-b: 1 }'), 'must be the name of a variable'],
  ['a missing path', `${FRAME.head}services: { api: {} }\n${FRAME.environments}`, 'path" is missing'],
  ['an empty command', service('start: ""'), 'must be a command'],
  ['a null command', service('start:'), 'must be a command'],
  ['an unknown driver', service('driver: dokcer'), 'There is no driver "dokcer"'],
  ['an unknown default driver', `${MINIMAL}defaults: { driver: x }`, '5:21 defaults.driver There is no driver'],
  ['options of a driver that is none', service('lokal: {}'), '"lokal" is not a key'],
  ['options that are no map', service('local: [1]'), 'must be a map of options'],
  ['an option the driver refuses', service('local: { port: a }'), '3:46 services.api.local.port'],
  ['a missing option', service('driver: docker'), '"services.api.docker.hosts" is missing'],
  ['a wrong default option', `${MINIMAL}defaults: { local: { port: a } }`, 'defaults.local.port'],
  ['a bare number as duration', service('timeout: 30'), 'must be a duration'],
  ['a duration of nothing', service('timeout: 0s'), 'must be a duration'],
  ['a duration no timer can hold', service('timeout: 25d'), 'at most 24d'],
  ['a health check without target', service('health: { timeout: 5s }'), 'has nothing to check'],
  ['a health check of two kinds', service('health: { path: /, tcp: true }'), 'has path and tcp at once'],
  ['a status for a tcp check', service('health: { tcp: true, status: 200 }'), '"status" only fits'],
  ['a status that is none', service('health: { path: /, status: 99 }'), 'a whole number from 100 to 599'],
  ['a port that is none', service('health: { tcp: 70000 }'), 'from 1 to 65535'],
  ['a health path of another host', service('health: { path: //x }'), 'starts with one "/"'],
  ['a health URL of a file', service('health: "file:///etc/passwd"'), 'must be a path such as /healthz'],
  ['a health URL with a user name', service('health: { url: "http://u:p@x/" }'), 'without a user name'],
  [
    'a header name with a newline',
    service('health: { path: /, headers: { "a\\nb": c } }'),
    '"a\\nb" must be the name of a header',
  ],
  ['a service after one that is not there', service('after: [b]'), 'There is no service "b"'],
  ['a service after itself', service('after: [api]'), 'Services wait for each other: api → api'],
  ['an override of no service', environment('services: { apo: {} }'), 'There is no service "apo" to override'],
  ['an override of no database', environment('databases: { main: {} }'), 'no database "main" to override'],
  [
    'a cycle made by an override',
    `${FRAME.head}services: { a: { path: a, after: [b] }, b: { path: b } }\nenvironments: { dev: { mode: dev, services: { b: { after: [a] } } } }`,
    'Services wait',
  ],
  ['an alias that is a name', environment('aliases: [dev]'), '"dev" is the name of an environment'],
  [
    'an alias for two',
    `${FRAME.head}${FRAME.services}environments: { a: { mode: dev, aliases: [x] }, b: { mode: dev, aliases: [x] } }`,
    '"x" already stands for a',
  ],
  ['a gate that is not there', environment('promote_from: [x]'), 'There is no environment "x"'],
  [
    'gates that wait for each other',
    `${FRAME.head}${FRAME.services}environments: { a: { mode: dev, promote_from: [b] }, b: { mode: dev, promote_from: [a] } }`,
    'Nothing could ever be deployed',
  ],
  ['a default environment that is not there', `${MINIMAL}default_environment: x`, 'There is no environment "x"'],
  ['canary steps that fall', environment('rollout: { strategy: canary, steps: [50, 10] }'), 'do not rise at 10'],
  ['canary steps that stay', environment('rollout: { strategy: canary, steps: [50, 50] }'), 'do not rise at 50'],
  ['a canary step of 100', environment('rollout: { strategy: canary, steps: [100] }'), 'from 1 to 99'],
  ['a canary without steps', environment('rollout: { strategy: canary, steps: [] }'), 'The canary has no steps'],
  ['steps without a canary', environment('rollout: { steps: [10] }'), 'Steps only fit'],
  ['an error rate above one', environment('rollout: { max_error_rate: 5 }'), 'a share from 0 to 1'],
  ['a secret that is no reference', environment('secrets: { A: abc }'), 'must be a reference to a secret'],
  [
    'a variable that is a secret too',
    environment('variables: { A: a }, secrets: { A: "env:A" }'),
    'under variables and under secrets',
  ],
  [
    'a number that YAML rewrites',
    environment('variables: { NODE: 3.10 }'),
    'YAML does not read this value as it is written',
  ],
  ['an octal number', environment('variables: { MODE: 0o17 }'), 'YAML does not read this value as it is written'],
  ['a list as a variable', environment('variables: { A: [1] }'), 'must be a text, a number, true or false'],
  ['a database without variable', `${MINIMAL}databases: { main: {} }`, 'connection_env" is missing'],
  [
    'a strategy that is none',
    `${MINIMAL}databases: { main: { connection_env: A, migrations: { path: a, strategy: pre-deploy } } }`,
    'one of pre_deploy, post_deploy and manual',
  ],
  [
    'migrations that only an override names, without a path',
    `${environment('databases: { d: { migrations: { engine: raw } } }')}\ndatabases: { d: { connection_env: D } }`,
    '4:65 environments.dev.databases.d.migrations The migrations have no path',
  ],
  [
    'a notification to a mail address',
    `${MINIMAL}notifications: [{ url: "mailto:a@b" }]`,
    'must be an http:// or https:// URL',
  ],
  ['a program without a name', `${MINIMAL}secret_commands: { op: { command: [] } }`, 'The command is empty'],
  [
    'a program that is a line for a shell',
    `${MINIMAL}secret_commands: { op: { command: op read x } }`,
    'must be a list of the program and its arguments',
  ],
  [
    'a variable in the command line of a program',
    `${MINIMAL}secret_commands: { op: { command: [op, "\${env:TOKEN}"] } }`,
    'A program that tells secrets takes no',
  ],
  ['a concurrency of nothing', `${MINIMAL}defaults: { concurrency: 0 }`, 'a whole number from 1 to 256'],
  ['a key that is there twice', `${MINIMAL}project: other`, '5:1 project "project" is there twice'],
  ['a merge key', service('<<: {}'), 'Merge keys are not supported'],
])('%s', (_, text, complaint) => {
  test('is refused, and it is the only complaint', async () => {
    expect(await complaints(text)).toEqual([expect.stringContaining(complaint)]);
  });
});

test('every ring of services is told, each once', async () => {
  const services =
    'a: { path: a, after: [b] }, b: { path: b, after: [a] }, c: { path: c, after: [c] }, d: { path: d, after: [c] }';
  const text = `${FRAME.head}services: { ${services} }\nenvironments: { dev: { mode: dev }, prod: { mode: production, services: { d: { timeout: 1m } } } }`;
  expect(await complaints(text)).toEqual([
    expect.stringContaining('Services wait for each other: a → b → a'),
    expect.stringContaining('Services wait for each other: c → c'),
  ]);
});

describe('words that other parts know', () => {
  const known = { backends: ['file'], engines: ['raw', 'knex'], providers: ['env', 'dotenv'] };

  test('are checked when they are given', async () => {
    const text = `${environment('secrets: { A: "evn:A" }, databases: { main: { migrations: { engine: knxe } } }')}
state: { backend: flie }
databases: { main: { connection_env: A, migrations: { path: a, engine: rwa } } }`;
    expect((await findings(text, { known })).map(({ path, fix }) => `${path} ${fix}`)).toEqual([
      'environments.dev.secrets.A Did you mean "env"?',
      'environments.dev.databases.main.migrations.engine Did you mean "knex"?',
      'state.backend Did you mean "file"?',
      'databases.main.migrations.engine Did you mean "raw"?',
    ]);
  });

  test('include the programs that tell secrets', async () => {
    const reference = async (text: string, commands: readonly string[]) =>
      commands.includes(text) ? undefined : { message: 'none', expected: 'env:NAME', fix: `One of ${commands}` };
    const text = `${environment('secrets: { A: "env:A" }')}\nsecret_commands: { op: { command: [op] } }`;
    expect(await findings(text, { known: { ...known, reference } })).toMatchObject([{ fix: 'One of op' }]);
  });

  test('include the form of references', async () => {
    const reference = async () => ({ message: 'half of it', expected: 'env:NAME', fix: 'Write env:B' });
    const text = environment('secrets: { A: "env:A", B: "evn:A" }');
    expect(await findings(text, { known: { ...known, reference } })).toEqual([
      expect.objectContaining({
        message: 'half of it',
        path: 'environments.dev.secrets.A',
        place: expect.objectContaining({ line: expect.any(Number), column: expect.any(Number) }),
      }),
      expect.objectContaining({ path: 'environments.dev.secrets.B', fix: 'Did you mean "env"?' }),
    ]);
  });

  test('do not let a pasted connection URL pass for a reference', async () => {
    const text = environment('secrets: { A: "postgres://user:s3cr3t@host/db" }');
    const [finding] = await findings(text, { known });
    expect(finding?.expected).toContain('env: and dotenv:');
    expect(JSON.stringify(finding)).not.toContain('s3cr3t');
  });
});
