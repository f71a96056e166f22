import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SecretCommand } from '../../src/core/config.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';

let world: SecretWorld;

beforeEach(async () => {
  world = await secretWorld();
});

afterEach(() => world.dispose());

const JSON_OUTPUT = JSON.stringify({
  url: 'postgres://u:p@db/shop',
  port: 5432,
  empty: '',
  rate: 1.5,
  list: ['hunter2'],
});

test('all that a program writes is the value, but for the line break at the end', async () => {
  const commands = { plain: program(`process.stdout.write('a b#c\\nsecond line\\n\\n')`) };
  expect(await world.valueOf('exec:plain', { commands })).toBe('a b#c\nsecond line\n');
});

test('a field is a member of the JSON object that it writes', async () => {
  const commands = { store: program(`console.log(${JSON.stringify(JSON_OUTPUT)})`) };
  expect(await world.valueOf('exec:store#url', { commands })).toBe('postgres://u:p@db/shop');
  expect(await world.valueOf('exec:store#port', { commands })).toBe('5432');
  for (const [reference, code, words] of [
    ['exec:store#ur', 'MISSING_ENV', 'nothing there has the name ur'],
    ['exec:store#constructor', 'MISSING_ENV', 'nothing there has the name constructor'],
    ['exec:store#empty', 'MISSING_ENV', 'exec:store#empty is empty'],
    ['exec:store#rate', 'INVALID_ENV', 'neither a text nor a whole number'],
    ['exec:store#list', 'INVALID_ENV', 'neither a text nor a whole number'],
  ] as const)
    expect(await world.valueOf(reference, { commands })).toMatchObject([
      { code, message: expect.stringContaining(words), fix: expect.any(String) },
    ]);
  expect(await world.valueOf('exec:store#ur', { commands })).toMatchObject([{ fix: 'Did you mean #url?' }]);
});

test('it runs in the project folder, without a shell, and sees only the variables that it names', async () => {
  const script = `console.log(JSON.stringify({ argv: process.argv.slice(1).join(' '), cwd: process.cwd(), names: Object.keys(process.env).join(' ') }))`;
  const commands = { it: { ...program(script, ['$HOME', '; exit 3']), env: ['STORE_TOKEN', 'UNSET'] } };
  const environment = { STORE_TOKEN: 'token', VAULT_TOKEN: 'other' };
  const { values } = await world.resolve(
    { A: 'exec:it#argv', C: 'exec:it#cwd', N: 'exec:it#names' },
    { commands, environment },
  );
  expect(values['A']?.reveal()).toBe('$HOME ; exit 3');
  expect(values['C']?.reveal()).toBe(world.root);
  expect(values['N']?.reveal().split(' ').sort()).toEqual(['PATH', 'STORE_TOKEN']);
});

test('it runs once, however many refer to it', async () => {
  const script = `require('node:fs').appendFileSync('runs', 'x'); console.log('{"a":"long enough","b":"long enough"}')`;
  const { findings } = await world.resolve({ A: 'exec:it#a', B: 'exec:it#b' }, { commands: { it: program(script) } });
  expect(findings).toEqual([]);
  expect(await readFile(join(world.root, 'runs'), 'utf8')).toBe('x');
});

test.each<[string, string, Partial<SecretCommand>, string, string]>([
  ['fails', `console.log('hunter2'); console.error('hunter2'); process.exit(7)`, {}, 'COMMAND_FAILED', 'exit code 7'],
  ['is killed', `console.log('hunter2'); process.kill(process.pid, 'SIGKILL')`, {}, 'COMMAND_FAILED', 'signal SIGKILL'],
  ['hangs', `console.log('hunter2'); setInterval(() => 0, 1000)`, { timeout: 300 }, 'TIMEOUT', 'within 300ms'],
  ['writes too much', `process.stdout.write('hunter2'.repeat(200_000))`, {}, 'INVALID_ENV', 'more than 1 MiB'],
  ['is not there', '', { command: ['./no-such-program'] }, 'COMMAND_FAILED', 'no such program'],
  ['writes nothing', '', {}, 'MISSING_ENV', 'wrote nothing'],
])('one that %s is told of, and nothing that it wrote', async (_, script, more, code, words) => {
  const { findings, values } = await world.resolve('exec:it', { commands: { it: { ...program(script), ...more } } });
  expect(values).toEqual({});
  expect(findings).toMatchObject([{ level: 'error', code, message: expect.stringContaining(words) }]);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test('output that is no JSON object is not shown', async () => {
  for (const text of ['hunter2', '["hunter2"]', '{"a": "hunter2"'])
    for (const findings of [
      await world.valueOf('exec:it#a', { commands: { it: program(`console.log('${text}')`) } }),
    ]) {
      expect(findings).toMatchObject([{ code: 'INVALID_ENV', message: expect.stringContaining('JSON object') }]);
      expect(JSON.stringify(findings)).not.toContain('hunter2');
    }
});

test.each([
  ['exec:op', 'Did you mean exec:ops?'],
  ['exec:constructor', 'Add the program under secret_commands: { NAME: { command: [...] } }'],
  ['exec:ops#a@3', 'Write exec:ops#a'],
])('%s is refused before anything runs', async (reference, fix) => {
  expect(await world.valueOf(reference, { commands: { ops: program('') } })).toMatchObject([
    { code: 'INVALID_CONFIG', fix },
  ]);
});

function program(script: string, args: readonly string[] = []): SecretCommand {
  return { command: [process.execPath, '-e', script, ...args], env: [], timeout: 20_000 };
}
