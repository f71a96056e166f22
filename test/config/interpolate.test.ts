import { describe, expect, test } from 'vitest';
import { complaints, config, FRAME, findings, MINIMAL } from './reading.ts';

const variables = (text: string) =>
  `${FRAME.head}${FRAME.services}environments: { dev: { mode: dev, variables: { A: "${text}" } } }`;

const interpolated = async (text: string, environment: Readonly<Record<string, string>> = {}) =>
  (await config(variables(text), { environment })).environments['dev']?.variables['A'];

describe('${env:NAME}', () => {
  test.each([
    ['a ${env:X} b', { X: 'v' }, 'a v b'],
    ['${env:X}${env:Y}', { X: '1', Y: '2' }, '12'],
    ['${env:X:-d}', {}, 'd'],
    ['${env:X:-d}', { X: '' }, 'd'],
    ['${env:X:-d}', { X: 'v' }, 'v'],
    ['${env:X:-}', {}, ''],
    ['${env:X}', { X: '' }, ''],
    ['$${env:X}', { X: 'v' }, '${env:X}'],
    ['$X ${X} $$ $${X}', { X: 'v' }, '$X ${X} $$ $${X}'],
    ['${env:X}', { X: '${env:Y}', Y: 'no' }, '${env:Y}'],
  ])('in "%s" with %j gives "%s"', async (text, environment, value) => {
    expect(await interpolated(text, environment)).toBe(value);
  });

  test('tells the names it asked for and not their values', async () => {
    const text = `${variables('${env:B} ${env:A:-x}')}\nstate: { path: "${'${env:FOLDER}'}" }`;
    const read = await config(text, { environment: { B: 'secret-b', FOLDER: 'there' } });
    expect(read.interpolations).toEqual(['A', 'B', 'FOLDER']);
    expect(read.state.path).toBe('there');
  });

  test('does not change the digest, which is over the text', async () => {
    const [one, two] = await Promise.all([
      config(variables('${env:X}'), { environment: { X: '1' } }),
      config(variables('${env:X}'), { environment: { X: '2' } }),
    ]);
    expect(one.digest).toBe(two.digest);
  });

  test('is refused with its place when the variable is not set, each time it is used', async () => {
    const found = await findings(`${variables('${env:NOPE}')}\nproject2: "${'${env:NOPE}'}"`);
    expect(found.filter(({ code }) => code === 'MISSING_ENV').map(({ place }) => place?.line)).toEqual([4, 5]);
    expect(found[0]).toMatchObject({ path: 'environments.dev.variables.A', fix: expect.stringContaining(':-default') });
  });

  test.each(['${env:}', '${env:1A}', '${env:A B}', '${env:A', '${env:A:d}'])('is refused as "%s"', async (text) => {
    expect(await complaints(variables(text), { environment: { A: 'v' } })).toEqual([
      expect.stringContaining('The reference to a variable is not complete'),
    ]);
  });

  test('does not reach what every object inherits', async () => {
    expect(await complaints(variables('${env:toString}'))).toEqual([expect.stringContaining('toString is not set')]);
  });

  test('does not bring control characters in', async () => {
    const [complaint] = await complaints(variables('${env:X}'), { environment: { X: 'a\u001b[2Jb' } });
    expect(complaint).toContain('holds a control character');
    expect(await interpolated('${env:X}', { X: 'two\nlines\t' })).toBe('two\nlines\t');
  });

  test('is held to the rules of the field it stands in', async () => {
    const text = MINIMAL.replace('path: api', 'path: "${env:X}"');
    expect(await complaints(text, { environment: { X: '../out' } })).toEqual([
      expect.stringContaining('stays inside its folder'),
    ]);
  });

  test('is a text in a key', async () => {
    expect(await complaints(MINIMAL.replace('api:', '"${env:X}":'), { environment: { X: 'web' } })).toEqual([
      expect.stringContaining('must be a name'),
    ]);
  });
});

describe('commands and secret references', () => {
  const service = (fields: string) => `${FRAME.head}services: { api: { path: api, ${fields} } }\n${FRAME.environments}`;
  const reference = '"${env:X}"';

  test.each([
    ['start', service(`start: ${reference}`)],
    ['release_command', service(`release_command: ${reference}`)],
    ['build', service(`build: ${reference}`)],
    ['build.command', service(`build: { command: ${reference} }`)],
    ['health.command', service(`health: { command: ${reference} }`)],
    ['local.command', service(`local: { command: [${reference}] }`)],
    [
      'an override',
      `${FRAME.head}${FRAME.services}environments: { a: { mode: dev, services: { api: { start: ${reference} } } } }`,
    ],
    [
      'an engine',
      `${MINIMAL}databases: { d: { connection_env: D, migrations: { path: p, options: { command: ${reference} } } } }`,
    ],
    ['an alias', service(`local: { x: &x ${reference} }, start: *x`)],
  ])('%s takes none', async (_, text) => {
    expect(await complaints(text, { environment: { X: '; touch hacked' } })).toEqual([
      expect.stringContaining('A command takes no ${env:…}'),
    ]);
  });

  test('keep what only a shell understands', async () => {
    const { environments } = await config(service('start: "run $PORT ${HOME} $${env:1}"'));
    expect(environments['dev']?.services['api']?.start).toBe('run $PORT ${HOME} ${env:1}');
  });

  test('a service or variable called like a command takes it', async () => {
    const text = `${FRAME.head}services: { start: { path: ${reference} }, build: { path: ${reference} } }\nenvironments: { dev: { mode: dev, variables: { command: ${reference} }, services: { start: { path: ${reference} } } } }`;
    expect((await config(text, { environment: { X: 'v' } })).environments['dev']?.services['start']?.path).toBe('v');
  });

  test('a secret reference takes none, so that no secret comes to stand in the config', async () => {
    const text = `${FRAME.head}${FRAME.services}environments: { dev: { mode: dev, secrets: { A: "env:${'${env:X}'}" } } }`;
    const found = await findings(text, { environment: { X: 'Y' } });
    expect(found[0]).toMatchObject({
      message: 'A secret reference takes no ${env:…}',
      fix: expect.stringContaining('env:NAME'),
    });
  });
});

describe('${secret:…}', () => {
  test('stays in variables as it is written', async () => {
    expect(await interpolated('a ${secret:env:X} $${secret:env:Y}')).toBe('a ${secret:env:X} $${secret:env:Y}');
  });

  test('does not come in by a variable of the operator', async () => {
    expect(await interpolated('${env:BRANCH}', { BRANCH: 'x${secret:env:KEY}' })).toBe('x$${secret:env:KEY}');
  });

  test.each([
    ['start', `services: { api: { path: api, start: "echo $\{secret:env:X}" } }`],
    [
      'flags',
      `services: { api: { path: api } }\nenvironments: { dev: { mode: dev, flags: { A: "$\{secret:env:X}" } } }`,
    ],
  ])('is refused in %s', async (_, text) => {
    const whole = text.includes('environments') ? text : `${text}\n${FRAME.environments}`;
    expect(await complaints(`${FRAME.head}${whole}`)).toEqual([expect.stringContaining('Only variables take')]);
  });

  test("leaves a shell's own to the shell", async () => {
    const text = `${FRAME.head}services: { api: { path: api, start: "echo $\{secret:-none}" } }\n${FRAME.environments}`;
    expect((await config(text)).environments['dev']?.services['api']?.start).toBe('echo ${secret:-none}');
  });
});
