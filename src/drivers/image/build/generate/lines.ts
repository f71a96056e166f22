import type { Recipe } from './recipe.ts';

/** Who runs what was built: nobody of importance, and the `node` of Node's own images. */
export const USER = '1000:1000';

/** Text that the parser of Dockerfiles leaves alone: one line, no continuation, no here-document. */
const PLAIN = /^[A-Za-z0-9_./](?:(?!<<)[^\\\n\r])*$/;
const WORDS = /^[\w./=:@-]+(?: [\w./=:@-]+)*$/;
/** What cannot follow an `exec`: several commands, or an assignment. */
const COMPOUND = /[;&|\n(){}<>]|^exec |^\w+=/;

/** A step of the build that sees the secrets, by mounts that are in no layer. */
export function run(command: string, { secrets }: Pick<Recipe, 'secrets'>): string {
  const mounts = secrets.map((name) => `--mount=type=secret,id=${name},required=true `).join('');
  const exports = secrets.map((name) => `export ${name}="$(cat /run/secrets/${name})" && `).join('');
  const line = exports + command;
  return `RUN ${mounts}${PLAIN.test(line) ? line : list(['/bin/sh', '-c', line])}`;
}

/** Declared just before they are needed, so that another value leaves the steps before alone. */
export function args({ args: names }: Pick<Recipe, 'args'>): readonly string[] {
  return names.map((name) => `ARG ${name}`);
}

/** From one working folder to another. */
export function moved(from: string, to: string): readonly string[] {
  return from === to ? [] : [`WORKDIR ${to}`];
}

/** The build's own command, if there is one. */
export function buildSteps(recipe: Recipe): readonly string[] {
  return recipe.command === undefined ? [] : [...args(recipe), run(recipe.command, recipe)];
}

/** What the image starts: the program itself where that can be told, so that signals reach it. */
export function startsWith(start: string): string {
  if (WORDS.test(start) && !/^\w+=/.test(start)) return `CMD ${list(start.split(' '))}`;
  return `CMD ${list(['/bin/sh', '-c', COMPOUND.test(start) ? start : `exec ${start}`])}`;
}

/** From the stage `build` to where the service runs. One output becomes the folder, several keep their names. */
export function takeOver({ outputs, place }: Recipe, from: string, to: string): readonly string[] {
  const copy = (path: string, target: string) => `COPY ${from}${list([path, target])}`;
  const [only] = outputs;
  if (outputs.length === 1 && only !== undefined) return [copy(only === '.' ? place : `${place}/${only}`, to)];
  return outputs.map((path) => copy(`${place}/${path}`, `${to}${path}`));
}

/** Blocks of lines with an empty one between them. */
export function text(...blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The JSON form, which takes blanks in names. */
export function list(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}
