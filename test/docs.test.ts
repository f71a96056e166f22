import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const files = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

const TOP = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const PAGES = [...TOP, ...['docs', 'examples', 'src'].flatMap((folder) => files(folder, '.md'))];

interface Command {
  readonly name: string;
  readonly flags: readonly { readonly flags: string }[];
}

const { commands, global_flags: everywhere } = JSON.parse(
  execFileSync(process.execPath, [join(ROOT, 'bin/deployer.js'), 'help', '--json'], { encoding: 'utf8' }),
) as { commands: Command[]; global_flags: Command['flags'] };
const groups = new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]] : [])));

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** What is wrong with words that follow `deployer`; prose such as "where deployer stands" has nothing wrong. */
function wrongWith(words: readonly string[]): string[] {
  const [first = '', second = ''] = words;
  const command = commands.find(({ name }) => name === (groups.has(first) ? `${first} ${second}` : first));
  if (groups.has(first) && !command) return /^[a-z]+$/.test(second) ? [`no command ${first} ${second}`] : [];
  if (!command) return [];
  const known = [...command.flags, ...everywhere].flatMap(({ flags }) => flags.match(/--?[a-z-]+/g) ?? []);
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split('=')[0] ?? word)
    .filter((word) => !known.includes(word) && word !== '--help')
    .map((word) => `${command.name} has no ${word}`);
}

/** Every `deployer …` of a text, up to where a sentence, a string or somebody else's command goes on. */
function mentioned(text: string): string[][] {
  return [...text.matchAll(/\bdeployer ([a-z][^\n`'"),;|&#]*)/g)].map(([, rest = '']) =>
    rest.split(' -- ', 1).join().trim().split(/\s+/),
  );
}

describe('the pages', () => {
  it('have the tables that the command line itself gives', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/reference.js'), '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(PAGES)('%s links only to files that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it.each(PAGES)('%s names only commands and options that there are', (page) => {
    expect(mentioned(read(page)).flatMap(wrongWith)).toEqual([]);
  });

  it.each(PAGES)('%s shows only commands that there are', (page) => {
    const blocks = [...read(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
    const first = mentioned(blocks.join('\n')).map(([word = '']) => word);
    const names = new Set(commands.map(({ name }) => name.split(' ')[0]));
    expect(first.filter((word) => !names.has(word))).toEqual([]);
  });

  it('name only tests that are there', () => {
    const tests = PAGES.flatMap((page) => read(page).match(/\btest\/[\w/-]+\.test\.ts/g) ?? []);
    expect(tests.length).toBeGreaterThan(20);
    expect(tests.filter((test) => !existsSync(join(ROOT, test)))).toEqual([]);
  });

  it('ask for the Node that the package asks for', () => {
    const version = JSON.parse(read('package.json')).engines.node.replace('>=', '');
    expect(read('README.md')).toContain(`Node ${version} or newer`);
    expect(read('CONTRIBUTING.md')).toContain(`Node ${version} or newer`);
  });
});

describe('hints in messages', () => {
  it('name only commands and options that there are', () => {
    const sources = files('src', '.ts');
    const wrong = sources.flatMap((file) =>
      mentioned(read(file))
        .flatMap(wrongWith)
        .map((what) => `${file}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });

  it('would be seen if they named others', () => {
    expect(mentioned('run "deployer migrate run --allow-all" now').flatMap(wrongWith)).toEqual([
      'migrate run has no --allow-all',
    ]);
    expect(mentioned('`deployer env clone a b`').flatMap(wrongWith)).toEqual(['no command env clone']);
  });
});
