import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CANARIES, encodingsOfCanary, findLeaks, folderSinks, watchProcesses } from './leaks.ts';

let folder: string;
const ENCODINGS = encodingsOfCanary('value').map(([name]) => name);

function encodedAs(encoding: string, value: string): string {
  return encodingsOfCanary(value).find(([name]) => name === encoding)?.[1] ?? '';
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leaks-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('leak scanner', () => {
  test.each(
    CANARIES.map((canary) => [canary.name, canary] as const),
  )('finds a planted value in every encoding: %s', (_, canary) => {
    for (const [encoding, text] of encodingsOfCanary(canary.value)) {
      const leaks = findLeaks([{ name: 'planted', text: `noise ${text} noise` }]);
      expect(leaks, encoding).toContainEqual(expect.objectContaining({ canary: canary.name, sink: 'planted' }));
    }
  });

  test.each(
    CANARIES.map((canary) => [canary.name, canary] as const),
  )('finds a value of which only a part got out: %s', (_, canary) => {
    for (const core of canary.cores) expect(findLeaks([{ name: 'sink', text: `…${core}` }], [canary])).toHaveLength(1);
  });

  test('finds every encoding of every value in a file, on a command line and in an environment', async () => {
    const watch = watchProcesses();
    const children = ENCODINGS.map((encoding) => {
      const texts = CANARIES.map(({ value }) => encodedAs(encoding, value));
      writeFileSync(join(folder, encoding.replaceAll('/', ' ')), texts.join('\n'));
      const env = Object.fromEntries(texts.map((text, index) => [`V${index}`, text]));
      return spawn('/bin/sh', ['-c', 'read line', encoding, ...texts], { env: { ...env, PATH: encoding } });
    });
    await Promise.all(children.map((child) => once(child, 'spawn')));
    const { commandLines, environments } = watch.stop();
    const ended = children.map((child) => once(child, 'exit'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ended);
    const lines = commandLines.filter(({ text }) => String(text).startsWith('/bin/sh -c read line'));
    const given = environments.filter(({ name }) => name.includes('/bin/sh -c read line'));
    for (const sinks of [folderSinks(folder).filter(({ name }) => !name.startsWith('name of')), lines, given]) {
      expect(sinks).toHaveLength(ENCODINGS.length);
      for (const sink of sinks)
        expect(findLeaks([sink]).map(({ canary }) => canary)).toEqual(CANARIES.map(({ name }) => name));
    }
  });

  test('finds nothing in text without values', () => {
    const harmless = CANARIES.map(
      ({ name }) => `canary ${name} [secret] base64 ${Buffer.from(name).toString('base64')}`,
    );
    expect(findLeaks([{ name: 'sink', text: harmless.join('\n') }])).toEqual([]);
  });

  test('values do not stand in for each other', () => {
    for (const canary of CANARIES) {
      const leaks = findLeaks([{ name: 'sink', text: canary.value }]);
      expect(leaks.map((leak) => leak.canary)).toEqual([canary.name]);
    }
  });

  test('looks into files at any depth, their names and the targets of links', async () => {
    const [first, second, third] = ['plain', 'percent', 'unicode'].map((name) =>
      CANARIES.find((it) => it.name === name),
    );
    await mkdir(join(folder, 'a', first?.cores[0] ?? ''), { recursive: true });
    await writeFile(join(folder, 'a', 'deep.log'), Buffer.from(second?.value ?? '').toString('base64'));
    await symlink(third?.cores[0] ?? '', join(folder, 'link'));
    const found = findLeaks(folderSinks(folder)).map((leak) => leak.canary);
    expect(found.sort()).toEqual(['percent', 'plain', 'unicode']);
  });

  test('sees command line and environment of a process that runs meanwhile', async () => {
    const [plain, quotes] = CANARIES;
    const watch = watchProcesses();
    const env = { PATH: process.env['PATH'], GIVEN: quotes?.value };
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', plain?.value ?? ''], { env });
    await once(child, 'spawn');
    const { commandLines, environments } = watch.stop();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findLeaks(commandLines).map((leak) => leak.canary)).toEqual(['plain']);
    expect(findLeaks(environments)).toEqual([
      { canary: 'quotes', sink: expect.stringContaining('process.stdin.resume()'), encoding: 'text' },
    ]);
  });
});
