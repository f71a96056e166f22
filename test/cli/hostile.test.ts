import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { completions } from '../../src/cli/complete.ts';
import { GLOBAL_OPTIONS } from '../../src/cli/globals.ts';
import { COMMANDS, type CommandEntry } from '../../src/cli/manifest.ts';
import { parseCommand } from '../../src/cli/parse.ts';
import { requestOf } from '../../src/cli/request.ts';
import { DeployerError } from '../../src/core/errors.ts';
import { appFiles, type Outcome, type Project, projectOf } from '../support/project.ts';

const INHERITED = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
const SHELL = ['; touch X', '$(touch X)', '`touch X`', 'a\ntouch X', '-oX', '--output=X', "'; touch X #", '../../X'];
const ESCAPES = '\x1b]0;owned\x07\x1b[31mred\r\u202eback\u2066';

/** Neither a crash nor a word of a stranger that a terminal obeys. */
function expectTame({ code, stdout, stderr }: Outcome): void {
  expect(stdout + stderr).not.toContain('INTERNAL');
  expect(stdout + stderr).not.toMatch(/[\x1b\x07\r\u202e\u2066]/);
  expect([0, 1, 2, 4, 5, 6]).toContain(code);
}

describe('hostile words on the command line', () => {
  let project: Project;

  beforeAll(async () => {
    project = await projectOf(appFiles({ environments: '  dev: { mode: dev }\n  staging: { mode: staging }\n' }));
    await project.edit('app/server.js', 'const version', `console.log(${JSON.stringify(ESCAPES)});\nconst version`);
    await project.ok(['deploy', '--env', 'staging']);
  });
  afterAll(() => project.dispose());

  it.each(INHERITED)('%s is no environment, version, service, topic, schema or path', async (word) => {
    const lines = [
      ['plan', '--env', word],
      ['plan', '--service', word],
      ['env', 'show', word],
      ['env', 'diff', 'staging', word],
      ['env', 'create', word, '--from', 'staging'],
      ['env', 'destroy', word, '--confirm', word],
      ['env', 'set', `${word}=1`, '--env', 'dev'],
      ['version', 'show', word],
      ['run', 'show', word],
      ['resume', word],
      ['rollback', '--env', 'staging', '--to', word],
      ['logs', '--env', 'staging', '--service', word],
      ['config', 'get', word],
      ['config', 'get', `environments.${word}`],
      ['help', word],
      ['schema', word],
      ['schema', `output/${word}`],
      ['completion', word],
      ['migrate', 'status', '--env', 'staging', '--database', word],
      ['state', 'unlock', word, '--yes'],
      [word],
    ];
    for (const line of lines) {
      const outcome = await project.run(line);
      expectTame(outcome);
      // A variable may have any name but those that objects carry; the others are not there.
      if (line[1] !== 'set' || word.startsWith('_'))
        expect({ line, code: outcome.code }).not.toMatchObject({ code: 0 });
    }
  });

  it.each(SHELL)('%j is only a word', async (word) => {
    const lines = [
      ['deploy', '--env', 'staging', `--version-name=${word}`],
      ['plan', `--env=${word}`],
      ['env', 'create', '--from', 'staging', '--', word],
      ['env', 'set', `GREETING=${word}`, '--env', 'dev'],
      ['version', 'show', '--', word],
      ['open', `--env=${word}`],
    ];
    for (const line of lines) expectTame(await project.run(line));
    expect(await readdir(project.folder)).not.toContain('X');
    expect(await readdir(project.path('..'))).not.toContain('X');
  });

  it('escapes are shown and not obeyed, wherever they come from', async () => {
    const lines = [
      ['env', 'show', ESCAPES],
      ['version', 'show', ESCAPES],
      [ESCAPES],
      ['deploy', `--${ESCAPES}`],
      ['deploy', '--canary', ESCAPES],
      ['plan', '--format', ESCAPES],
      ['plan', '--config', ESCAPES],
      ['validate', ESCAPES],
      ['deploy', '--plan', ESCAPES],
      ['env', 'set', `GREETING=${ESCAPES}`, '--env', 'staging'],
      ['env', 'show', 'staging'],
      ['plan', '--env', 'staging'],
      ['logs', '--env', 'staging'],
      ['deploy', '--env', 'staging', '--verbose'],
      ['run', 'show', ESCAPES],
      ['config', 'get', ESCAPES],
      ['schema', ESCAPES],
      ['help', ESCAPES],
    ];
    for (const line of lines) expectTame(await project.run(line));
    expect((await project.ok(['logs', '--env', 'staging'])).stdout).toContain('\\x1b]0;owned');
  });

  it('a log line is no command to the runner of GitHub', async () => {
    await project.edit(
      'app/server.js',
      'const version',
      "console.log('::error::forged\\n##[error]forged');\nconst version",
    );
    await project.write('app/health.txt', 'sick\n');
    const { stderr } = await project.run(['deploy', '--env', 'staging'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stderr).toContain('forged');
    expect(stderr).not.toMatch(/^\s*::error::forged|##\[/m);
  });
});

describe('any words on the command line', () => {
  const specs = new Map<CommandEntry, CommandSpec>();
  beforeAll(async () => {
    for (const entry of COMMANDS) specs.set(entry, await entry.load());
  });

  const known = [
    ...COMMANDS.flatMap(({ path }) => path),
    ...GLOBAL_OPTIONS.flatMap(({ flags }) => flags.split(/[ ,]+/)),
    ...[
      '--',
      '-',
      '-h',
      '--help',
      '--service',
      '--limit',
      '--canary',
      '--lock-wait',
      '=',
      '--env=',
      '--=',
      '-f',
      '10m',
      '7',
    ],
  ];
  const word = fc.oneof(
    fc.constantFrom(...known),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const line = fc.array(word, { maxLength: 8 });

  it('are understood, or refused as wrong usage', () => {
    fc.assert(
      fc.property(line, (argv) => {
        try {
          const request = requestOf(argv);
          if (request.is === 'version') return;
          const spec = specs.get(request.entry);
          if (!spec) throw new Error('a command without a spec');
          const { args, options } = parseCommand(request.entry, spec, request.argv);
          expect(args.flat().every((it) => typeof it === 'string')).toBe(true);
          expect(typeof options).toBe('object');
        } catch (error) {
          if (!(error instanceof DeployerError) || error.code !== 'USAGE') throw error;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('can always be completed', async () => {
    await fc.assert(
      fc.asyncProperty(line, async (argv) => {
        const words = ['--cwd', '/nowhere', ...argv.filter((it) => !it.startsWith('--cwd'))];
        const typed = words.at(-1) ?? '';
        const end = typed.startsWith('--') && typed.includes('=') ? typed.slice(0, typed.indexOf('=')) : typed;
        for (const candidate of await completions(words)) expect(typed === '=' || candidate.startsWith(end)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
